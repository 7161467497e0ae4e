// Find a choice of a filter by typing, in a menu that has many. Arrows walk, Enter takes the first
// one found.
// Without this script a menu shows the most frequent ones and leads to a page with all.

import { parse } from "./swap.js";

const MANY = 8; // choices that are found at a glance
const LINES = "li > :is(a:not(.soft), label)";

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

const shown = (list) =>
  [...list.querySelectorAll(LINES)].filter((line) => !line.parentElement.hidden);

const find = (list, words) => {
  const wanted = plain(words.trim());
  for (const item of list.children) {
    const value = item.firstElementChild.title ?? "";
    item.hidden = !plain(`${item.textContent} ${value}`).includes(wanted);
  }
};

const addSearch = (menu) => {
  const list = menu.querySelector(".choice-list");
  if (!list || list.children.length <= MANY || menu.querySelector(".choice-find")) return;
  const box = document.createElement("input");
  box.type = "search";
  box.autocomplete = "off";
  box.className = "choice-find";
  box.placeholder = menu.closest("#filter-menus").dataset.words;
  box.setAttribute(
    "aria-label",
    `${box.placeholder}: ${menu.querySelector("summary").textContent}`,
  );
  box.addEventListener("input", () => find(menu.querySelector(".choice-list"), box.value));
  list.before(box);
  box.focus();
};

const loadAll = async (menu) => {
  const list = menu.querySelector(".choice-list");
  if (!list?.dataset.whole) return;
  const answer = await fetch(list.dataset.whole);
  const all = parse(await answer.text()).querySelector(".choice-list");
  if (!all) return; // signed out meanwhile, or the rows are gone: what is there stays
  for (const box of list.querySelectorAll("input:checked")) {
    const same = all.querySelector(`input[value="${CSS.escape(box.value)}"]`);
    if (same) same.checked = true;
  }
  list.replaceWith(document.adoptNode(all));
  find(menu.querySelector(".choice-list"), menu.querySelector(".choice-find")?.value ?? "");
};

// This event does not bubble.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches(".choices-menu[open]")) return;
    addSearch(event.target);
    loadAll(event.target);
  },
  true,
);

const focusable = (line) => (line.matches("label") ? line.control : line);

const KEYS = {
  Enter: ({ box, lines, at }) => {
    if (box) return () => box.value.trim() && lines[0]?.click();
    return lines[at]?.matches("label") && (() => lines[at].control.form.requestSubmit());
  },
  ArrowDown: ({ box, lines, at }) =>
    (box || lines[at]) && (() => lines[at + 1] && focusable(lines[at + 1]).focus()),
  ArrowUp: ({ menu, lines, at }) =>
    lines[at] &&
    (() => (at ? focusable(lines[at - 1]) : menu.querySelector(".choice-find"))?.focus()),
};

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".choices-menu");
  const list = menu?.querySelector(".choice-list");
  if (!list || event.target.matches("textarea")) return;
  const box = event.target.matches(".choice-find") && event.target;
  const lines = shown(list);
  const at = lines.findIndex((line) => focusable(line) === event.target);
  const act = KEYS[event.key]?.({ menu, box, lines, at });
  if (!act) return;
  event.preventDefault();
  act();
});

// What a person is choosing stays when newer counts come.
export const keepTouched = (nav) =>
  nav.querySelector("details[open]") !== null ||
  [...nav.querySelectorAll("input[type=checkbox]")].some(
    (box) => box.checked !== box.defaultChecked,
  ) ||
  [...nav.querySelectorAll("textarea, input[name=task]")].some(
    (box) => box.value !== box.defaultValue,
  );
