// Refresh the answer every so many seconds, but never what the person is using at the moment.
// Without this script the page stays as it was loaded, and says how old it is.

import { since, stamp } from "./clock.js";
import { fill } from "./placeholders.js";
import { answer, ask } from "./swap.js";

const CHOSEN = "reserved-calls-refresh"; // seconds, kept by this browser
const RESTS = 5; // times that a refresh takes, before the next
const LONGEST_REST = 300; // seconds, however long it took
export const SLOW = 120; // seconds between two refreshes of a hidden tab
const NEVER = [-Infinity, -Infinity];
const chosen = document.querySelector("#refresh");
const note = document.querySelector("#live-note");
let came = stamp(); // the rows
let tried = came; // the last attempt, whether or not rows came
let began; // a refresh that is under way, by the clock that nobody sets
let byHand = false;
let took = 0; // seconds
let forget; // the timer of a note that will not stay true

// Within so many seconds after they came, iSales is not asked again: the same rows would come.
const fresh = () => Number(answer()?.querySelector("[data-fresh]")?.dataset.fresh ?? 0);
// The same, where a person asks for newer rows.
const newer = () => Number(answer()?.querySelector("[data-newer]")?.dataset.newer ?? 0);

// Never sooner than five times what a refresh takes, nor before there can be anything new. A
// computer that slept amid a refresh makes that look long, too.
export const pace = () => {
  const rest = Math.min(RESTS * took, LONGEST_REST);
  return Math.ceil(Math.max(Number(chosen.value), document.hidden ? SLOW : 0, rest, fresh()));
};

const say = (name, values) => {
  const words = name ? fill(note.dataset[name], values) : "";
  clearTimeout(forget);
  if (note.textContent !== words) note.textContent = words;
};

const sayPace = () => {
  const slower = chosen.value !== "0" && pace() > Number(chosen.value);
  say(slower && "seldom", { seconds: pace() });
};

const isSelected = () => {
  const marked = window.getSelection();
  return answer() && !marked.isCollapsed && marked.containsNode(answer(), true);
};

const isBusy = () => document.querySelector("#answer details.menu[open]") !== null || isSelected();

export const refresh = () => {
  if (!answer()) return;
  tried = stamp();
  began = performance.now();
  let address = location.pathname + location.search; // htmx would scroll to a fragment
  if (byHand) address += `${location.search ? "&" : "?"}refresh=1`;
  ask(address);
};

export const stopRefreshing = () => {
  chosen.disabled = true;
};

const tick = () => {
  if (chosen.disabled || chosen.value === "0" || since(tried) <= pace()) return;
  if (document.hidden || !isBusy()) refresh();
  else say("waits");
};

const refreshByHand = () => {
  const left = newer() - since(came);
  if (left > 0) {
    say("still", { seconds: Math.ceil(left) });
    forget = setTimeout(sayPace, left * 1000);
    return;
  }
  byHand = true;
  refresh();
};

export const endRequest = () => {
  byHand = false;
};

// Before a swap: what a person began meanwhile stays, and the same is asked again once it is done.
// In a hidden tab the old rows stay, so that the person sees what is new since they looked.
export const refuseWhileBusy = () => {
  if (byHand) return true;
  if (!document.hidden && isBusy()) tried = NEVER;
  return !document.hidden && !isBusy();
};

export const noteSwap = () => {
  came = tried = stamp();
  if (began !== undefined) took = (performance.now() - began) / 1000;
  began = undefined;
  const changes = document.querySelectorAll("#answer .is-changed").length;
  if (changes) say("changes", { count: changes });
  else sayPace();
};

chosen.closest("[hidden]").hidden = false;
chosen.value = localStorage.getItem(CHOSEN) ?? "0";
chosen.addEventListener("change", () => {
  localStorage.setItem(CHOSEN, chosen.value);
  sayPace();
});
setInterval(tick, 1000);
document.addEventListener("visibilitychange", () => {
  tried = came; // refreshes of the hidden tab brought no rows
  tick();
});
sayPace();

// A click on "refresh" swaps too; where nothing newer can come, it says so.
document.addEventListener("click", (event) => {
  const link = event.target.closest("#answer .as-of a, #refresh-failure a[href^='?']");
  if (!link || chosen.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  refreshByHand();
});
