// Refresh the answer now and then, without taking away what the person is at.
// Without this script the page stays as it was loaded, and says how old it is.
"use strict";

{
  const LIVE = "reserved-calls-refresh"; // seconds, kept by this browser
  const RESTS = 5; // times that a refresh takes, before the next
  const SLOW = 120; // seconds between two looks of a hidden tab, for the count in its title
  const OLD = 60; // seconds after a look was due from which on that count is old
  const FORGOTTEN = 12 * 60 * 60; // seconds from which on an old count is not told any more
  const NEVER = [-Infinity, -Infinity];
  const chosen = document.querySelector("#refresh");
  const note = document.querySelector("#live-note");
  let came = stamp(); // the rows
  let tried = came; // for the last time, whether or not rows came
  let began; // a refresh that is under way
  let byHand = false;
  let took = 0; // seconds
  let forget; // what is said will not stay true

  // For so many seconds after they came, the same rows would come again.
  const fresh = () => Number(document.querySelector("#answer [data-fresh]")?.dataset.fresh ?? 0);
  // For so many they come again even where a person asks for newer ones.
  const newer = () => Number(document.querySelector("#answer [data-newer]")?.dataset.newer ?? 0);

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
    document.querySelector("#answer details.menu[open]") !== null || isSelected();

  const refresh = () => {
    if (!document.querySelector("#answer")) return;
    tried = began = stamp();
    let address = location.pathname + location.search; // htmx would scroll to a fragment
    if (byHand) address += `${location.search ? "&" : "?"}refresh=1`;
    const asked = htmx.ajax("GET", address, { target: "#answer", swap: "outerHTML" });
    asked.catch(() => {}); // events tell what went wrong
  };

  // Never sooner than five times what a refresh takes, nor before there can be anything new.
  const pace = () =>
    Math.ceil(Math.max(Number(chosen.value), document.hidden ? SLOW : 0, RESTS * took, fresh()));

  const tick = () => {
    countInTitle();
    if (chosen.disabled || chosen.value === "0" || since(tried) <= pace()) return;
    if (document.hidden || !isBusy()) refresh();
    else say("waits");
  };

  const sayPace = () => {
    const slower = chosen.value !== "0" && pace() > Number(chosen.value);
    say(slower && "seldom", pace());
  };

  const counted = (page) => ({
    count: page.querySelector(".tile-overdue strong")?.textContent.trim(),
    came: stamp(),
    ...page.querySelector("#answer .as-of")?.dataset,
  });
  let told = counted(document);

  // What a tab says while nobody looks at it is true, or says of when it is.
  const countInTitle = (frozen = false) => {
    const { count, at, age } = told;
    const passed = Number(age ?? 0) + since(told.came);
    const old = frozen || passed > Math.max(pace(), SLOW) + OLD || document.querySelector("#answer.is-dead");
    const known = count && count !== "0" && passed < FORGOTTEN;
    const words = old ? note.dataset.old.replace("{count}", count).replace("{time}", at) : count;
    const name = document.title.replace(/^\(.*?\) /, "");
    const title = known ? `(${words}) ${name}` : name;
    if (document.title !== title) document.title = title;
  };

  chosen.closest("[hidden]").hidden = false;
  chosen.value = localStorage.getItem(LIVE) ?? "0";
  chosen.addEventListener("change", () => {
    localStorage.setItem(LIVE, chosen.value);
    sayPace();
  });
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", () => {
    tried = came; // looks of the hidden tab brought no rows
    tick();
  });
  document.addEventListener("freeze", () => countInTitle(true));
  sayPace();
  countInTitle();

  // A click on "refresh" swaps too; where nothing newer can come, it says so.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#answer .as-of a, #kept a[href^='?']");
    if (!link || chosen.disabled || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const left = newer() - since(came);
    if (left > 0) {
      say("still", Math.ceil(left));
      forget = setTimeout(sayPace, left * 1000);
    } else {
      byHand = true;
      refresh();
    }
  });

  // What a person began meanwhile stays too; the same is asked again once it is done.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "answer" || !event.detail.shouldSwap) return;
    if (document.hidden && !byHand) {
      event.detail.shouldSwap = false; // the person is to see what is new since they looked
      told = counted(new DOMParser().parseFromString(event.detail.serverResponse, "text/html"));
    } else if (isBusy() && !byHand) {
      event.detail.shouldSwap = false;
      tried = NEVER;
    }
    byHand = false;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    came = tried = stamp();
    told = counted(document);
    if (began) took = since(began);
    began = undefined;
    countInTitle();
    const changes = document.querySelectorAll("#answer .is-changed").length;
    if (changes) say("changes", changes);
    else sayPace();
  });

  window.refresh = refresh;
}
