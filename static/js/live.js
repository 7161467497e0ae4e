// Refresh the answer now and then, without taking away what the person is at.
// Without this script the page stays as it was loaded, and says how old it is.
"use strict";

const LIVE = "reserved-calls-refresh"; // seconds, kept by this browser
const chosen = document.querySelector("#refresh");
const heard = document.querySelector("#changes");
let timer;

const rowsBySameCall = () =>
  new Map(
    [...document.querySelectorAll(".appoints tbody tr")].map((row) => [
      row.querySelector("a")?.pathname ?? row.textContent,
      row,
    ]),
  );

const isBusy = () =>
  document.hidden ||
  document.querySelector("#answer details.menu[open]") !== null ||
  !window.getSelection().isCollapsed;

const chartTables = () => [...document.querySelectorAll(".chart details")];

const refresh = () => {
  if (document.querySelector("#answer") && !isBusy()) {
    htmx.ajax("GET", location.href, { target: "#answer", swap: "outerHTML" });
  }
};

const start = () => {
  clearInterval(timer);
  const seconds = Number(chosen.value);
  if (seconds) timer = setInterval(refresh, seconds * 1000);
};

const countInTitle = () => {
  const count = document.querySelector(".tile-overdue strong")?.textContent.trim();
  const title = document.title.replace(/^\(.*?\) /, "");
  document.title = count && count !== "0" ? `(${count}) ${title}` : title;
};

if (chosen) {
  chosen.closest("[hidden]").hidden = false;
  chosen.value = localStorage.getItem(LIVE) ?? "0";
  chosen.addEventListener("change", () => {
    localStorage.setItem(LIVE, chosen.value);
    start();
  });
  start();
}
countInTitle();

// What was there before a swap: rows, the focused link, open parts.
let before;

document.addEventListener("htmx:beforeSwap", () => {
  const focused = document.activeElement?.closest("#answer a");
  before = {
    rows: rowsBySameCall(),
    place: window.scrollY,
    focused: focused?.getAttribute("href"),
    tables: chartTables().map((table) => table.open),
  };
});

document.addEventListener("htmx:afterSwap", () => {
  countInTitle();
  let changes = 0;
  for (const [call, row] of rowsBySameCall()) {
    const old = before.rows.get(call);
    if (before.rows.size && (!old || old.className !== row.className)) {
      row.classList.add("is-changed");
      changes += 1;
    }
  }
  if (heard) heard.textContent = changes ? heard.dataset.words.replace("0", changes) : "";
  chartTables().forEach((table, number) => { table.open = before.tables[number] ?? false; });
  if (before.focused) {
    const link = document.querySelector(`#answer a[href="${CSS.escape(before.focused)}"]`);
    link?.focus({ preventScroll: true });
  }
  window.scrollTo({ top: before.place, behavior: "instant" });
});
