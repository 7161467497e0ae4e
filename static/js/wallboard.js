// Ask for newer rows every few seconds. A wallboard does not scroll and nobody clicks it: where no
// answer comes, for whatever reason, time alone makes it say so, and it never stops asking.

import { since, stamp } from "./clock.js";
import { showOutdated } from "./outdated.js";
import { updateTimes } from "./relative-times.js";
import { abort, answer, askAgain, watchRequests, watchSwaps } from "./swap.js";

const RETRY = 10; // seconds from a request that failed to the next
const TIME_OUT = 15; // seconds that a request may take
const UNANSWERED = 45; // seconds without an answer after which nothing here counts as live
let came = stamp(); // the last answer
let tried = came;
let asking = false;
let well = true; // whether the last request brought rows
let databaseFailed; // when the dashboard last said so

const reason = () => {
  const { age, limit } = answer().dataset; // seconds, of the rows
  if (databaseFailed && since(databaseFailed) <= UNANSWERED) return "database";
  if (since(came) > UNANSWERED) return "unanswered";
  return limit && Number(age) + since(came) > Number(limit) ? "old" : "";
};

const showState = () => showOutdated(reason());

const ask = () => {
  tried = stamp();
  asking = true;
  well = false;
  askAgain();
};

const tick = () => {
  showState();
  if (asking && since(tried) > TIME_OUT) {
    abort();
    asking = false;
  }
  if (!asking && since(tried) >= (well ? Number(answer().dataset.every) : RETRY)) ask();
};

// A person who comes back to this tab may have signed in, or mended the network, just now.
const returned = () => {
  if (!well && !document.hidden && !asking) ask();
  tick();
};

// The rows stay, and the banner repeats what the answer says of the database.
const isOfDatabase = (page) => {
  const words = page.querySelectorAll("#answer[data-trouble] [role=alert] :is(h2, p)");
  const shown = document.querySelector("#outdated [data-why=database]");
  if (!words.length || !shown) return false;
  shown.textContent = Array.from(words, (each) => each.textContent.trim()).join(" ");
  databaseFailed = stamp();
  showState();
  return true;
};

const accept = (page, swap) => {
  const { now } = answer().dataset;
  const signedOut = page.querySelector("#signed-out");
  // What a proxy on the way says is no answer of ours, nor is one that it kept and says again.
  const ours = page.querySelector(`#answer.wallboard:not([data-now="${now}"])`);
  if (isOfDatabase(page)) return false;
  if (!signedOut && !ours) return false;
  databaseFailed = undefined;
  came = stamp();
  well = !signedOut;
  // The rows of a person who is signed out go; the element that asks for new ones stays.
  if (signedOut) swap.swapOverride = "innerHTML";
  return true;
};

// The state comes first, for distances of old rows do not go on.
watchSwaps({ before: [accept], after: [showState, updateTimes] });
watchRequests({
  ended: () => {
    asking = false;
    tick();
  },
});
document.addEventListener("visibilitychange", returned);
window.addEventListener("online", returned);
setInterval(tick, 1000);
showState();
