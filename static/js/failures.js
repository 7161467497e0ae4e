// A refresh may fail, or bring no rows: the rows on the page stay, and its foot says what is wrong.

import { showOutdated } from "./outdated.js";
import { refresh, stopRefreshing } from "./refresh.js";
import { answer } from "./swap.js";

const AGAIN = 10_000; // milliseconds between two looks whether somebody has signed in again
const failureBox = document.querySelector("#refresh-failure");

let unanswered = false;
let signedOut = false;
let looking = false;

export const showState = () => {
  const old = answer()?.querySelector(".stale");
  showOutdated(unanswered ? "unanswered" : failureBox?.firstChild ? "failed" : old ? "old" : "");
};

export const setAnswered = (answered) => {
  unanswered = !answered;
  showState();
};

export const mayAsk = () => !signedOut || looking;

const signOut = () => {
  signedOut = true;
  stopRefreshing();
};

// A person who is signed out may sign in by the link, which leads to this very address, or in
// another tab.
const look = () => {
  if (!signedOut || document.hidden) return;
  looking = true;
  refresh();
  looking = false;
};

document.addEventListener("visibilitychange", look);
setInterval(look, AGAIN);

// Before a swap: refuse what has no rows.
export const refuseFailure = (page) => {
  if (signedOut && page.querySelector("#answer")) {
    // The page around, its forms included, is still of the one who was signed in before.
    location.reload();
    return false;
  }
  failureBox.replaceChildren();
  if (page.querySelector("#answer .as-of")) return true;
  if (page.querySelector("#signed-out")) signOut();
  const failure = page.querySelector(".empty-state[role=alert]");
  if (failure && !answer().querySelector("tbody tr")) return true;
  if (failure) failureBox.append(document.adoptNode(failure));
  setAnswered(Boolean(failure)); // what a proxy on the way says is no answer of ours
  return false;
};
