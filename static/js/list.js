// The scripts of the list, and in which order they take part when newer rows replace the old ones.

import { markChanges, rememberRows } from "./changes.js";
import "./chooser.js";
import { addCopyButtons } from "./copy.js";
import { mayAsk, refuseFailure, setAnswered, showState } from "./failures.js";
import { keepTouched } from "./filter-menus.js";
import "./incomplete-dates.js";
import "./keys.js";
import { rememberPosition, restorePosition } from "./position.js";
import { endRequest, noteSwap, refuseWhileBusy } from "./refresh.js";
import { updateTimes } from "./relative-times.js";
import { watchRequests, watchSwaps } from "./swap.js";
import { countAgain, countWhileHidden } from "./title.js";

watchRequests({ mayAsk, answered: setAnswered, ended: endRequest });
watchSwaps({
  before: [refuseFailure, countWhileHidden, refuseWhileBusy, rememberRows, rememberPosition],
  after: [
    showState, // before the times: those of old rows do not go on
    markChanges, // before the note, which counts the marks
    noteSwap,
    countAgain,
    updateTimes,
    addCopyButtons, // before the position: the focus may be on such a button
    restorePosition,
  ],
  keeps: (element) => element.id === "filter-menus" && keepTouched(element),
});
showState();
