// A phone's first screen is for the calls; what is wrong in the form stays in sight.
// This runs before the page is drawn, so that nothing moves. Without it the filters stand open.

{
  const filters = document.querySelector(".collapsible");
  if (window.matchMedia("(max-width: 48rem)").matches) {
    filters.open = filters.querySelector(".errorlist") !== null;
  }
}
