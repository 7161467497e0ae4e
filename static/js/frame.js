// Keep where a table that scrolls in its frame was, when newer rows take its place.
"use strict";

{
  const frame = () => document.querySelector("#answer .table-frame");
  let place;

  document.addEventListener("htmx:beforeSwap", () => {
    place = frame() && [frame().scrollLeft, frame().scrollTop];
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (place && frame()) frame().scrollTo({ left: place[0], top: place[1], behavior: "instant" });
  });
}
