// Mark the rows that are new or say something else than before the refresh, until the next one.
"use strict";

{
  const note = document.querySelector("#live-note");
  let before;

  const rows = () =>
    [...document.querySelectorAll(".appoints tbody tr")].map((row) => [
      row.querySelector(".col-appoint_time a")?.pathname ?? row.textContent,
      row,
    ]);

  const turns = (way) => document.querySelector(`.pages [rel=${way}]`) !== null;

  // What a row says, but for words that time alone changes, and for what scripts put there.
  const said = (row) => {
    const copy = row.cloneNode(true);
    for (const part of copy.querySelectorAll(".off, .copy, .mark")) part.remove();
    return row.classList[0] + copy.textContent;
  };

  // At the ends of a page rows come from the one before or after it, and are not new.
  const inside = (all) => {
    const known = all.map(([call]) => before.rows.has(call));
    const first = known.indexOf(true);
    if (first < 0) return before.back || before.on ? [] : all;
    return all.slice(before.back ? first : 0, before.on ? known.lastIndexOf(true) + 1 : all.length);
  };

  const mark = (row, words) => {
    const text = document.createElement("small");
    text.className = "mark";
    text.textContent = words;
    row.classList.add("is-changed");
    row.cells[0].append(text);
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "answer" || !event.detail.shouldSwap) return;
    before = {
      rows: new Map(rows().map(([call, row]) => [call, said(row)])),
      whole: document.querySelector("#answer progress") === null,
      back: turns("prev"),
      on: turns("next"),
    };
  });

  document.addEventListener("htmx:afterSwap", () => {
    // Where rows were still loading, all that came later would count as new.
    if (!before?.rows.size || !before.whole) return;
    before.back ||= turns("prev");
    before.on ||= turns("next");
    for (const [call, row] of inside(rows())) {
      const old = before.rows.get(call);
      if (old !== said(row)) mark(row, old === undefined ? note.dataset.new : note.dataset.changed);
    }
    before = undefined; // htmx says it for every part that it swapped
  });
}
