// Get a sign-in for this frame: a tab, which browsers do send one to, hands over a code for it.
// Without this script the list opens in a tab.

const button = document.querySelector("#frame-begin");
const refused = document.querySelector("#frame-refused");

const begin = async (code) => {
  await fetch(button.dataset.begin, { method: "POST", body: new URLSearchParams({ code }) });
  // A browser that keeps no cookie for a frame does not say so.
  const shown = await fetch(location.href);
  if (shown.status === 403) refused.hidden = false;
  else location.reload();
};

button.hidden = false;
button.addEventListener("click", () => window.open(button.dataset.allow));
window.addEventListener("message", ({ data, origin }) => {
  if (origin === location.origin && data?.code) begin(data.code);
});
