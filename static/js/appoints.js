// A refresh may fail, or bring no rows: those at hand stay, and what is wrong is said at the foot.
"use strict";

{
  const unheard = document.querySelector("#unheard"); // not where there is nothing to refresh
  const kept = document.querySelector("#kept");
  const chosen = document.querySelector("#refresh");

  const hear = (yes) => { if (unheard) unheard.hidden = yes; };
  document.addEventListener("htmx:sendError", () => hear(false));
  document.addEventListener("htmx:timeout", () => hear(false));
  document.addEventListener("htmx:responseError", () => hear(false));
  document.addEventListener("htmx:beforeOnLoad", (event) => hear(event.detail.xhr.status < 400));

  // Who is signed out is not asked for any more; the way back in leads to this very address.
  const end = () => {
    chosen.disabled = true;
    document.addEventListener("htmx:beforeRequest", (event) => event.preventDefault());
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "answer" || !event.detail.shouldSwap) return;
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const said = page.querySelector(".standing[role=alert]");
    kept.replaceChildren();
    if (page.querySelector("#answer .as-of")) return;
    const signedOut = said && !page.querySelector("#answer");
    if (signedOut) end();
    if (said && !event.target.querySelector("tbody tr")) return;
    event.detail.shouldSwap = false;
    if (said) kept.append(document.adoptNode(said));
    else hear(false); // what some proxy says is no answer of ours
  });
}
