// The scripts of the list, and in which order they take part when newer rows replace the old ones.

import { markChanges, rememberRows } from "./changes.js";
import "./chooser.js";
import { addCopyButtons } from "./copy.js";
import { keepTouched } from "./facets.js";
import { hear, mayAsk, refuseFailure, showState } from "./failures.js";
import "./incomplete-dates.js";
import "./keys.js";
import { rememberPlace, restorePlace } from "./place.js";
import { endRequest, noteSwap, refuseWhileBusy } from "./refresh.js";
import { updateTimes } from "./relative-times.js";
import { watchRequests, watchSwaps } from "./swap.js";
import { countAgain, countWhileHidden } from "./title.js";

watchRequests({ mayAsk, heard: hear, ended: endRequest });
watchSwaps({
  before: [refuseFailure, countWhileHidden, refuseWhileBusy, rememberRows, rememberPlace],
  after: [
    showState, // before the times: those of old rows do not go on
    markChanges, // before the note, which counts the marks
    noteSwap,
    countAgain,
    updateTimes,
    addCopyButtons, // before the place: the focus may be on such a button
    restorePlace,
  ],
  keeps: (element) => element.id === "facets" && keepTouched(element),
});
showState();
