// Refresh the answer now and then, without taking away what the person is at.
// Without this script the page stays as it was loaded, and says how old it is.
"use strict";

{
  const LIVE = "reserved-calls-refresh"; // seconds, kept by this browser
  const RESTS = 5; // times that a refresh takes, before the next
  const chosen = document.querySelector("#refresh");
  const note = document.querySelector("#live-note");
  let since = performance.now(); // the page, the last refresh or the last try of one came
  let began; // a refresh that is under way
  let took = 0; // milliseconds
  let before; // what was there before a swap

  const answer = () => document.querySelector("#answer");

  // For so many milliseconds after they came, the same rows would come again.
  const fresh = () => Number(document.querySelector("#answer [data-fresh]")?.dataset.fresh ?? 0) * 1000;

  const say = (name, number) => {
    const words = name ? note.dataset[name].replace("0", number) : "";
    if (note.textContent !== words) note.textContent = words;
  };

  const isBusy = () =>
    document.hidden ||
    document.querySelector("#answer details.menu[open]") !== null ||
    !window.getSelection().isCollapsed;

  const refresh = () => {
    if (!answer()) return;
    since = began = performance.now();
    htmx.ajax("GET", location.href, { target: "#answer", swap: "outerHTML" });
  };

  // Never sooner than five times what a refresh takes, nor before there can be anything new.
  const pace = () => Math.max(Number(chosen.value) * 1000, RESTS * took, fresh());

  const tick = () => {
    if (chosen.value !== "0" && performance.now() - since > pace() && !isBusy()) refresh();
  };

  const sayPace = () => {
    const slower = chosen.value !== "0" && pace() > Number(chosen.value) * 1000;
    say(slower && "seldom", Math.ceil(pace() / 1000));
  };

  const countInTitle = () => {
    const count = document.querySelector(".tile-overdue strong")?.textContent.trim();
    const title = document.title.replace(/^\(.*?\) /, "");
    document.title = count && count !== "0" ? `(${count}) ${title}` : title;
  };

  // What a row says, but for words that time alone changes and buttons of our own.
  const said = (row) => {
    const copy = row.cloneNode(true);
    for (const part of copy.querySelectorAll(".off, .copy")) part.remove();
    return row.classList[0] + copy.textContent;
  };

  const rowsBySameCall = () =>
    new Map(
      [...document.querySelectorAll(".appoints tbody tr")].map((row) => [
        row.querySelector("a")?.pathname ?? row.textContent,
        row,
      ]),
    );

  const chartTables = () => [...document.querySelectorAll(".chart details")];

  // What has the focus, in words that find the same thing again.
  const focused = () => {
    const at = document.activeElement;
    if (!at?.closest("#answer")) return null;
    if (at.matches("a")) return `#answer a[href="${CSS.escape(at.getAttribute("href"))}"]`;
    if (at.matches("button")) return `#answer button[data-text="${CSS.escape(at.dataset.text)}"]`;
    if (at.matches("summary")) {
      const section = at.closest("[aria-labelledby]")?.getAttribute("aria-labelledby");
      return section ? `#answer [aria-labelledby="${section}"] summary` : `#answer .${at.parentElement.className.split(" ").pop()} summary`;
    }
    return at.id ? `#${at.id}` : null;
  };

  const mark = () => {
    let changes = 0;
    for (const [call, row] of rowsBySameCall()) {
      if (before.rows.size && before.rows.get(call) !== said(row)) {
        row.classList.add("is-changed");
        changes += 1;
      }
    }
    return changes;
  };

  if (chosen) {
    chosen.closest("[hidden]").hidden = false;
    chosen.value = localStorage.getItem(LIVE) ?? "0";
    chosen.addEventListener("change", () => {
      localStorage.setItem(LIVE, chosen.value);
      sayPace();
    });
    setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    sayPace();
  }
  countInTitle();

  // A click on "refresh" swaps too; where nothing newer can come, it says so.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#answer .as-of a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const left = Math.ceil((since + fresh() - performance.now()) / 1000);
    if (left > 0) say("still", left);
    else refresh();
  });

  document.addEventListener("htmx:beforeSwap", () => {
    before = {
      rows: new Map([...rowsBySameCall()].map(([call, row]) => [call, said(row)])),
      place: window.scrollY,
      focused: focused(),
      tables: chartTables().map((table) => table.open),
    };
  });

  document.addEventListener("htmx:afterSwap", () => {
    since = performance.now();
    if (began) took = since - began;
    began = undefined;
    countInTitle();
    const changes = mark();
    if (changes) say("changes", changes);
    else sayPace();
    chartTables().forEach((table, number) => { table.open = before.tables[number] ?? false; });
    if (before.focused) document.querySelector(before.focused)?.focus({ preventScroll: true });
    window.scrollTo({ top: before.place, behavior: "instant" });
  });

  window.refresh = refresh;
}
