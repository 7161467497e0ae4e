"use strict";

// A phone's first screen is for the calls; what is wrong in the form stays in sight.
const fold = document.querySelector(".fold");
if (fold && window.matchMedia("(max-width: 48rem)").matches) {
  fold.open = fold.querySelector(".errorlist") !== null;
}

// The page's own refresh may fail too; rows that age must not look fresh.
const unheard = document.getElementById("unheard");
document.addEventListener("htmx:sendError", () => { unheard.hidden = false; });
document.addEventListener("htmx:responseError", () => { unheard.hidden = false; });
document.addEventListener("htmx:beforeOnLoad", (event) => { unheard.hidden = event.detail.xhr.status < 400; });
