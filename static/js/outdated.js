// Say that the rows are not kept up to date any more, why, and since when.

import { keepTimes } from "./relative-times.js";

// The reason is the name of a text in the banner; empty where the rows are up to date.
export const showOutdated = (reason) => {
  const answer = document.querySelector("#answer");
  const banner = document.querySelector("#outdated");
  if (!answer || !banner) return; // there is nothing to refresh
  answer.classList.toggle("is-outdated", reason !== "");
  banner.hidden = reason === "";
  if (!reason) return;
  for (const words of banner.querySelectorAll("[data-why]")) {
    words.hidden = words.dataset.why !== reason;
  }
  showSince(banner);
};

const showSince = (banner) => {
  const told = document.querySelector("#answer[data-at], #answer [data-at]")?.dataset;
  const [at, distance] = banner.querySelectorAll("time");
  at.parentElement.hidden = told === undefined;
  if (!told || at.textContent === told.at) return;
  at.textContent = told.at;
  distance.dateTime = told.asOf;
  keepTimes();
};
