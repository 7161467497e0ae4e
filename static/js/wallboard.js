// A wall does not scroll and nobody clicks it: say when nothing is heard, and keep what was there.
"use strict";

const heard = (yes) => { document.querySelector("#unheard").hidden = yes; };
document.addEventListener("htmx:sendError", () => heard(false));
document.addEventListener("htmx:responseError", () => heard(false));
