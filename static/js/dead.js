// Say that what is shown is not kept up to date any more, why, and since when.
"use strict";

{
  // Two clocks: one may stand still while the computer sleeps, the other may be set.
  const stamp = () => [Date.now(), performance.now()];
  const since = ([wall, steady]) => Math.max(Date.now() - wall, performance.now() - steady) / 1000;

  const dead = (why) => {
    const answer = document.querySelector("#answer");
    const banner = document.querySelector("#dead");
    if (!banner) return; // there is nothing to refresh
    answer.classList.toggle("is-dead", why !== "");
    banner.hidden = why === "";
    if (!why) return;
    for (const words of banner.querySelectorAll("[data-why]")) words.hidden = words.dataset.why !== why;
    const told = document.querySelector("#answer[data-at], #answer [data-at]")?.dataset;
    const [at, off] = banner.querySelectorAll("time");
    at.parentElement.hidden = told === undefined;
    if (!told || at.textContent === told.at) return;
    at.textContent = told.at;
    off.dateTime = told.asOf;
  };

  Object.assign(window, { stamp, since, dead });
}
