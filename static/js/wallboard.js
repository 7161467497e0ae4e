// Ask for newer rows every few seconds. A wall does not scroll and nobody clicks it: where no
// answer comes, for whatever reason, time alone makes it say so; it goes on asking for ever.
"use strict";

{
  const RETRY = 10; // seconds from a request that failed to the next
  const TIME_OUT = 15; // seconds that a request may take
  const UNHEARD = 45; // seconds without an answer after which nothing here counts as live
  const answer = () => document.querySelector("#answer");
  let came = stamp(); // the last answer
  let tried = came;
  let asking = false;
  let well = true; // the last request

  const why = () => {
    const { age, limit } = answer().dataset; // seconds, of the rows
    if (since(came) > UNHEARD) return "unheard";
    return limit && Number(age) + since(came) > Number(limit) ? "old" : "";
  };

  const ask = () => {
    tried = stamp();
    asking = true;
    well = false;
    htmx.trigger(answer(), "ask");
  };

  const tick = () => {
    dead(why());
    if (asking && since(tried) > TIME_OUT) {
      htmx.trigger(answer(), "htmx:abort");
      asking = false;
    }
    if (!asking && since(tried) >= (well ? Number(answer().dataset.every) : RETRY)) ask();
  };

  // Who comes back to this tab may have signed in, or mended the network, just now.
  const hurry = () => {
    if (!well && !document.hidden && !asking) ask();
    tick();
  };

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== answer() || !event.detail.shouldSwap) return;
    const { now } = answer().dataset;
    const page = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
    const signedOut = page.querySelector("#signed-out");
    // What some proxy says is no answer of ours, nor is one that it kept and says again.
    const ours = page.querySelector(`#answer.wallboard:not([data-now="${now}"])`);
    event.detail.shouldSwap = Boolean(signedOut ?? ours);
    if (!event.detail.shouldSwap) return;
    came = stamp();
    well = !signedOut;
    // The rows of who is signed out go; what asks for new ones stays.
    if (signedOut) event.detail.swapOverride = "innerHTML";
  });

  // Before the distances of the new rows are told, which do not go on where these are old.
  document.addEventListener("htmx:afterSwap", () => dead(why()));
  document.addEventListener("htmx:afterRequest", () => {
    asking = false;
    tick();
  });
  document.addEventListener("visibilitychange", hurry);
  window.addEventListener("online", hurry);
  setInterval(tick, 1000);
  dead(why());
}
