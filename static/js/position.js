// Keep the focus, the scrolling and what is open when newer rows replace the old ones.

const FOCUSABLE = "a, button, summary, input, [tabindex]";
const frame = () => document.querySelector("#answer .table-frame");
const chartTables = () => [...document.querySelectorAll("#answer .chart details")];
const rows = () => [...document.querySelectorAll("#answer .appoints tbody tr")];
const callOf = (row) => row.querySelector(".col-appoint_time a")?.pathname;

// What is alike but for its place among its kind.
const kindOf = (at) => {
  const name = at.matches("a") ? `a[href="${CSS.escape(at.getAttribute("href"))}"]` : at.localName;
  return `#answer [class="${at.parentElement.className}"] > ${name}`;
};

// Returns what finds the same thing again; in a row that is gone, in the one that took its place.
const focused = () => {
  const at = document.activeElement;
  if (!at?.closest("#answer")) return () => null;
  const row = at.closest("tbody tr");
  if (at.id && !row) return () => document.getElementById(at.id);
  if (!row) {
    const kind = kindOf(at);
    const number = [...document.querySelectorAll(kind)].indexOf(at);
    return () => document.querySelectorAll(kind)[number];
  }
  const call = callOf(row);
  const line = rows().indexOf(row);
  const number = [...row.querySelectorAll(FOCUSABLE)].indexOf(at);
  return () => {
    const same = rows().find((each) => callOf(each) === call) ?? rows()[line] ?? rows().at(-1);
    return same?.querySelectorAll(FOCUSABLE)[number];
  };
};

let before;

export const rememberPosition = () => {
  before = {
    page: window.scrollY,
    frame: frame() && { left: frame().scrollLeft, top: frame().scrollTop },
    focused: focused(),
    open: chartTables().map((table) => table.open),
  };
};

export const restorePosition = () => {
  chartTables().forEach((table, number) => {
    table.open = before.open[number] ?? false;
  });
  before.focused()?.focus({ preventScroll: true });
  if (before.frame) frame()?.scrollTo({ ...before.frame, behavior: "instant" });
  // Where the page has not moved, a scroll that is under way goes on.
  if (window.scrollY !== before.page) window.scrollTo({ top: before.page, behavior: "instant" });
};
