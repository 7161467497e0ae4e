// A refresh may fail, or bring no rows: those at hand stay, and what is wrong is said at the foot.
"use strict";

{
  const AGAIN = 10_000; // milliseconds between two looks whether somebody has signed in again
  const kept = document.querySelector("#kept");
  const chosen = document.querySelector("#refresh");

  let unheard = false;
  let signedOut = false;
  let looking = false;

  const say = () => {
    const stale = document.querySelector("#answer .stale") !== null;
    dead(unheard ? "unheard" : kept?.firstChild ? "kept" : stale ? "old" : "");
  };

  const hear = (yes) => {
    unheard = !yes;
    say();
  };
  document.addEventListener("htmx:sendError", () => hear(false));
  document.addEventListener("htmx:timeout", () => hear(false));
  document.addEventListener("htmx:responseError", () => hear(false));
  document.addEventListener("htmx:beforeOnLoad", (event) => hear(event.detail.xhr.status < 400));

  // Who is signed out may sign in by the link, which leads to this very address, or in another tab.
  const end = () => {
    chosen.disabled = signedOut = true;
  };

  const look = () => {
    if (!signedOut || document.hidden) return;
    looking = true;
    refresh();
    looking = false;
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (signedOut && !looking) event.preventDefault();
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, AGAIN);

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "answer" || !event.detail.shouldSwap) return;
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const said = page.querySelector(".standing[role=alert]");
    if (signedOut && page.querySelector("#answer")) {
      // The page around, its forms included, is still of the one who was signed in before.
      event.detail.shouldSwap = false;
      location.reload();
      return;
    }
    kept.replaceChildren();
    if (page.querySelector("#answer .as-of")) return;
    if (page.querySelector("#signed-out")) end();
    if (said && !event.target.querySelector("tbody tr")) return;
    event.detail.shouldSwap = false;
    if (said) kept.append(document.adoptNode(said));
    hear(Boolean(said)); // what some proxy says is no answer of ours
  });
  // Before the distances of the new rows are told.
  document.addEventListener("htmx:afterSwap", say);
  say();
}
