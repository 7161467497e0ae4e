// Count the overdue calls in the page's title, for a tab that nobody looks at. The count is true,
// or says of when it is.

import { since, stamp } from "./clock.js";
import { fill } from "./placeholders.js";
import { pace, SLOW } from "./refresh.js";

const OLD = 60; // seconds after a refresh was due from which on the count is old
const FORGOTTEN = 12 * 60 * 60; // seconds from which on an old count is left out
const note = document.querySelector("#live-note");

const countIn = (page) => ({
  count: page.querySelector(".tile-overdue strong")?.textContent.trim(),
  came: stamp(),
  ...page.querySelector("#answer .as-of")?.dataset,
});

let last = countIn(document);

const showCount = (frozen = false) => {
  const { count, at, age } = last;
  const passed = Number(age ?? 0) + since(last.came);
  const late = passed > Math.max(pace(), SLOW) + OLD;
  const old = frozen || late || document.querySelector("#answer.is-outdated");
  const words = old ? fill(note.dataset.old, { count, time: at }) : count;
  const name = document.title.replace(/^\(.*?\) /, "");
  const known = count && count !== "0" && passed < FORGOTTEN;
  const title = known ? `(${words}) ${name}` : name;
  if (document.title !== title) document.title = title;
};

// Before a swap: in a hidden tab the old rows stay, but the count is the new one.
export const countWhileHidden = (page) => {
  if (document.hidden) last = countIn(page);
};

export const countAgain = () => {
  last = countIn(document);
  showCount();
};

setInterval(showCount, 1000);
document.addEventListener("visibilitychange", () => showCount());
document.addEventListener("freeze", () => showCount(true));
showCount();
