// Keep "in 12 min" and "2 h 5 min overdue" true while the page stands open. States stay as they
// were fetched; a refresh brings new ones. Without this script the words are of that moment too.

import { fill } from "./placeholders.js";

const EVERY = 15_000; // milliseconds
// The words come from the server, as does the time: a desk's clock may be wrong.
const patterns = () => document.querySelector("[data-ahead]")?.dataset;
let ahead = 0; // of the desk's clock, in milliseconds

// As appoints/display/formats.py writes it: in the two largest units.
const span = (length, pattern) => {
  const seconds = Math.round(length / 1000);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days && !(hours % 24)) return fill(pattern.whole_days, { value: days });
  if (days) return fill(pattern.days, { days, hours: hours % 24 });
  if (hours && !(minutes % 60)) return fill(pattern.whole_hours, { value: hours });
  if (hours) return fill(pattern.hours, { hours, minutes: minutes % 60 });
  if (minutes) return fill(pattern.minutes, { value: minutes });
  return fill(pattern.seconds, { value: seconds });
};

const update = () => {
  const pattern = patterns();
  const now = Date.now() + ahead;
  // Over rows that are not kept up to date only their own age goes on.
  const outdated = document.querySelector("#answer.is-outdated");
  for (const time of document.querySelectorAll(
    outdated ? "#outdated time.relative-time" : "time.relative-time",
  )) {
    const length = Date.parse(time.dateTime) - now;
    const name = length > 0 ? "ahead" : "late" in time.dataset ? "overdue" : "ago";
    const text = fill(pattern[name], { value: span(Math.abs(length), pattern) });
    if (time.textContent !== text) time.textContent = text;
  }
};

export const updateTimes = () => {
  const pattern = patterns();
  if (!pattern) return;
  ahead = Number(pattern.now) * 1000 - Date.now();
  update();
};

export const keepTimes = () => {
  if (patterns()) update();
};

updateTimes();
setInterval(keepTimes, EVERY);
