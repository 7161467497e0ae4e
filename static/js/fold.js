// A phone's first screen is for the calls; what is wrong in the form stays in sight.
// This runs before the page is drawn, so that nothing moves. Without it the filters stand open.

{
  const fold = document.querySelector(".fold");
  if (window.matchMedia("(max-width: 48rem)").matches) {
    fold.open = fold.querySelector(".errorlist") !== null;
  }
}
