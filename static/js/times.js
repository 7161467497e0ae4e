// Keep "in 12 min" and "2 h 5 min overdue" true while the page stands open. States stay as they
// were fetched; a refresh brings new ones. Without this script the words are of that moment too.
"use strict";

{
  const EVERY = 15_000; // milliseconds
  // The words come from the server, as does the time: a desk's clock may be wrong.
  const words = () => document.querySelector("[data-ahead]")?.dataset;
  let ahead = 0; // of the desk's clock, in milliseconds

  const filled = (pattern, values) =>
    pattern.replace(/%(?:\((\w+)\))?s/g, (_, name) => values[name ?? "only"]);

  const span = (length, pattern) => {
    const seconds = Math.round(length / 1000);
    const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
    if (days && !(hours % 24)) return filled(pattern.whole_days, { only: days });
    if (days) return filled(pattern.days, { days, hours: hours % 24 });
    if (hours && !(minutes % 60)) return filled(pattern.whole_hours, { only: hours });
    if (hours) return filled(pattern.hours, { hours, minutes: minutes % 60 });
    if (minutes) return filled(pattern.minutes, { only: minutes });
    return filled(pattern.seconds, { only: seconds });
  };

  const tell = () => {
    const pattern = words();
    const now = Date.now() + ahead;
    // Over rows that are not kept up to date only their own age goes on.
    const dead = document.querySelector("#answer.is-dead");
    for (const time of document.querySelectorAll(dead ? "#dead time.off" : "time.off")) {
      const length = Date.parse(time.dateTime) - now;
      const name = length > 0 ? "ahead" : "late" in time.dataset ? "overdue" : "ago";
      const text = filled(pattern[name], { only: span(Math.abs(length), pattern) });
      if (time.textContent !== text) time.textContent = text;
    }
  };

  const begin = () => {
    const pattern = words();
    if (!pattern) return;
    ahead = Number(pattern.now) * 1000 - Date.now();
    tell();
  };

  begin();
  document.addEventListener("htmx:afterSwap", begin);
  setInterval(() => words() && tell(), EVERY);
}
