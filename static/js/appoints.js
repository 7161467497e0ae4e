"use strict";

// The page's own refresh may fail too; rows that age must not look fresh.
const unheard = document.getElementById("unheard");
document.addEventListener("htmx:sendError", () => { unheard.hidden = false; });
document.addEventListener("htmx:responseError", () => { unheard.hidden = false; });
document.addEventListener("htmx:beforeOnLoad", (event) => { unheard.hidden = event.detail.xhr.status < 400; });
