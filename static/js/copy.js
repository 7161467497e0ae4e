// Buttons that copy a number, a reservation's ID or a link, where the browser lets pages copy at all.
// They are quiet: style sheets show those of the row under the pointer or with the focus.

import { fill } from "./placeholders.js";

const template = document.querySelector("#copy");
const said = document.querySelector("#copied");
const canCopy =
  template &&
  document.querySelector("#answer, .detail") &&
  (navigator.clipboard || document.queryCommandSupported?.("copy"));

// A text of any length may be a number.
const brief = (text) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

const add = (beside, kind, text) => {
  if (beside.nextElementSibling?.matches(".copy")) return;
  const button = template.content.querySelector("button").cloneNode(true);
  button.title = fill(template.dataset[kind], { text: brief(text) });
  button.dataset.text = text;
  beside.after(button);
};

// An older way for pages that are served without TLS.
const copySelected = (text) => {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return done;
};

const copy = async (text) => {
  if (!navigator.clipboard) return copySelected(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
};

const idOf = (link) => decodeURIComponent(link.pathname.replace(/\/$/, "").split("/").pop());

export const addCopyButtons = () => {
  if (!canCopy) return;
  for (const button of document.querySelectorAll(".link-copy")) button.hidden = false;
  for (const number of document.querySelectorAll(".appoints .number, .detail .number")) {
    const text = number.textContent.trim();
    // A masked number is of no use elsewhere.
    if (/\d/.test(text) && !text.includes("•") && !number.querySelector(".odd"))
      add(number, "number", text);
  }
  for (const id of document.querySelectorAll(".detail .id")) add(id, "id", id.textContent.trim());
  // In the list the link knows the ID, and a column of its own shows it to those who want it.
  for (const link of document.querySelectorAll(".appoints tbody .col-appoint_time a")) {
    add(link.closest("tr").querySelector(".id") ?? link, "id", idOf(link));
  }
};

const copyFrom = async (button) => {
  const { text } = button.dataset;
  const done = await copy(text);
  said.textContent = ""; // so that the same words are read out again
  said.textContent = fill(template.dataset[done ? "done" : "failed"], { text: brief(text) });
  button.classList.toggle("is-done", done);
  setTimeout(() => button.classList.remove("is-done"), 2000);
};

const copyLink = (button) => {
  const shown = [...button.parentElement.querySelectorAll(".link-address")].find(
    (address) => address.offsetParent,
  );
  button.dataset.text = shown.value;
  shown.select();
  copyFrom(button);
};

addCopyButtons();
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.copy");
  if (button) copyFrom(button);
  const link = event.target.closest(".link-copy");
  if (link) copyLink(link);
});
