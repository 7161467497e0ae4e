// Mark the rows that are new or changed since the last refresh, until the next one.

const note = document.querySelector("#live-note");
let before;

const rows = () =>
  [...document.querySelectorAll(".appoints tbody tr")].map((row) => [
    row.querySelector(".col-appoint_time a")?.pathname ?? row.textContent,
    row,
  ]);

const hasPage = (way) => document.querySelector(`.pages [rel=${way}]`) !== null;

// What a row says, but for words that time alone changes, and for what scripts put there.
const textOf = (row) => {
  const copy = row.cloneNode(true);
  for (const part of copy.querySelectorAll(".relative-time, .copy, .mark")) part.remove();
  return row.classList[0] + copy.textContent;
};

// At the ends of a page rows come from the page before or after it, and are not new.
const withoutEnds = (all) => {
  const known = all.map(([call]) => before.rows.has(call));
  const first = known.indexOf(true);
  if (first < 0) return before.previous || before.next ? [] : all;
  return all.slice(
    before.previous ? first : 0,
    before.next ? known.lastIndexOf(true) + 1 : all.length,
  );
};

const mark = (row, words) => {
  const text = document.createElement("small");
  text.className = "mark";
  text.textContent = words;
  row.classList.add("is-changed");
  row.cells[0].append(text);
};

export const rememberRows = () => {
  before = {
    rows: new Map(rows().map(([call, row]) => [call, textOf(row)])),
    whole: document.querySelector("#answer progress") === null,
    previous: hasPage("prev"),
    next: hasPage("next"),
  };
};

export const markChanges = () => {
  // Where rows were still loading, all that came later would count as new.
  if (!before.rows.size || !before.whole) return;
  before.previous ||= hasPage("prev");
  before.next ||= hasPage("next");
  for (const [call, row] of withoutEnds(rows())) {
    const old = before.rows.get(call);
    if (old !== textOf(row)) mark(row, old === undefined ? note.dataset.new : note.dataset.changed);
  }
};
