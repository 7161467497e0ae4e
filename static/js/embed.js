// The scripts of the list in a portal's frame, in the order of list.js, which says why.

import { markChanges, rememberRows } from "./changes.js";
import { addCopyButtons } from "./copy.js";
import { mayAsk, refuseFailure, setAnswered, showState } from "./failures.js";
import { rememberPosition, restorePosition } from "./position.js";
import { endRequest, noteSwap, refuseWhileBusy } from "./refresh.js";
import { updateTimes } from "./relative-times.js";
import { watchRequests, watchSwaps } from "./swap.js";

watchRequests({ mayAsk, answered: setAnswered, ended: endRequest });
watchSwaps({
  before: [refuseFailure, refuseWhileBusy, rememberRows, rememberPosition],
  after: [showState, markChanges, noteSwap, updateTimes, addCopyButtons, restorePosition],
});
showState();
