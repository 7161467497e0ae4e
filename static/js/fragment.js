// Keep the fragment (#call-7), of which the server never hears: where a form or a link names the
// page to come back to, `next`, the fragment of this page's address goes along.

const whole = (next) => (next.includes("#") ? next : next + location.hash);

document.addEventListener("submit", ({ target }) => {
  const field = target.elements.namedItem("next");
  if (field?.value) field.value = whole(field.value);
});

document.addEventListener("click", ({ target }) => {
  const link = target.closest("a[href*='next=']");
  if (!link) return;
  const address = new URL(link.href);
  address.searchParams.set("next", whole(address.searchParams.get("next")));
  link.href = address;
});
