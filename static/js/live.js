// Refresh the answer now and then, without taking away what the person is at.
// Without this script the page stays as it was loaded, and says how old it is.
"use strict";

{
  const LIVE = "reserved-calls-refresh"; // seconds, kept by this browser
  const RESTS = 5; // times that a refresh takes, before the next
  const chosen = document.querySelector("#refresh");
  const note = document.querySelector("#live-note");
  let came = performance.now(); // the rows
  let tried = came; // for the last time, whether or not rows came
  let began; // a refresh that is under way
  let byHand = false;
  let took = 0; // milliseconds
  let forget; // what is said will not stay true

  const seconds = (milliseconds) => Math.ceil(milliseconds / 1000);

  // For so many milliseconds after they came, the same rows would come again.
  const fresh = () => Number(document.querySelector("#answer [data-fresh]")?.dataset.fresh ?? 0) * 1000;

  const say = (name, number) => {
    const words = name ? note.dataset[name].replace("0", number) : "";
    clearTimeout(forget);
    if (note.textContent !== words) note.textContent = words;
  };

  const isSelected = () => {
    const answer = document.querySelector("#answer");
    const marked = window.getSelection();
    return !marked.isCollapsed && marked.containsNode(answer, true);
  };

  const isBusy = () =>
    document.hidden || document.querySelector("#answer details.menu[open]") !== null || isSelected();

  const refresh = () => {
    if (!document.querySelector("#answer")) return;
    tried = began = performance.now();
    const address = location.pathname + location.search; // htmx would scroll to a fragment
    htmx.ajax("GET", address, { target: "#answer", swap: "outerHTML" });
  };

  // Never sooner than five times what a refresh takes, nor before there can be anything new.
  const pace = () => Math.max(Number(chosen.value) * 1000, RESTS * took, fresh());

  const tick = () => {
    if (chosen.disabled || chosen.value === "0" || performance.now() - tried <= pace()) return;
    if (!isBusy()) refresh();
    else if (!document.hidden) say("waits");
  };

  const sayPace = () => {
    const slower = chosen.value !== "0" && pace() > Number(chosen.value) * 1000;
    say(slower && "seldom", seconds(pace()));
  };

  const countInTitle = () => {
    const count = document.querySelector(".tile-overdue strong")?.textContent.trim();
    const title = document.title.replace(/^\(.*?\) /, "");
    document.title = count && count !== "0" ? `(${count}) ${title}` : title;
  };

  chosen.closest("[hidden]").hidden = false;
  chosen.value = localStorage.getItem(LIVE) ?? "0";
  chosen.addEventListener("change", () => {
    localStorage.setItem(LIVE, chosen.value);
    sayPace();
  });
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  sayPace();
  countInTitle();

  // A click on "refresh" swaps too; where nothing newer can come, it says so.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#answer .as-of a, #kept a[href^='?']");
    if (!link || chosen.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const left = came + fresh() - performance.now();
    if (left > 0) {
      say("still", seconds(left));
      forget = setTimeout(sayPace, left);
    } else {
      byHand = true;
      refresh();
    }
  });

  // What a person began meanwhile stays too; the same is asked again once it is done.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "answer" || !event.detail.shouldSwap) return;
    if (isBusy() && !byHand) {
      event.detail.shouldSwap = false;
      tried = -Infinity;
    }
    byHand = false;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    came = tried = performance.now();
    if (began) took = came - began;
    began = undefined;
    countInTitle();
    const changes = document.querySelectorAll("#answer .is-changed").length;
    if (changes) say("changes", changes);
    else sayPace();
  });

  window.refresh = refresh;
}
