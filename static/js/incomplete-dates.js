// A day without a time of day is sent as nothing at all: say so at its field instead.
// The server checks everything else, and what it finds stands beside the field.

document.querySelector("#filter-form").addEventListener("submit", (event) => {
  const incomplete = [...event.target.elements].find((field) => field.validity?.badInput);
  if (!incomplete) return;
  event.preventDefault();
  const menu = incomplete.closest("details");
  if (menu) menu.open = true;
  incomplete.reportValidity();
});
