// Show the form of the columns in its menu, and move a column there without losing the focus.
// Without this script the menu leads to a page with the form, and each step is posted.

import { fill } from "./placeholders.js";
import { parse } from "./swap.js";

const unfold = async (menu) => {
  const link = menu.querySelector(".menu-list > a");
  if (!menu.open || !link) return;
  const answer = await fetch(link.href);
  const page = parse(await answer.text());
  const form = page.querySelector(".chooser");
  if (!form) return; // the person is signed out
  link.replaceWith(document.adoptNode(form));
  form.querySelectorAll("li").forEach((line) => {
    line.draggable = true;
  });
  menu.querySelector(".menu-list").scrollIntoView({ block: "nearest", behavior: "instant" });
};

// This event does not bubble.
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches(".columns-menu")) unfold(event.target);
  },
  true,
);

const isShown = (line) => line.querySelector("input[type=checkbox]").checked;

const sayPlace = (line, form) => {
  const lines = [...line.parentElement.children].filter(isShown);
  form.querySelector("[role=status]").textContent = fill(form.dataset.moved, {
    name: line.querySelector("label").textContent.trim(),
    number: lines.indexOf(line) + 1,
    total: lines.length,
  });
};

// A hidden column has no place: a step leads over it.
const move = (button) => {
  const line = button.closest("li");
  const step = button.name === "up" ? "previousElementSibling" : "nextElementSibling";
  let other = line[step];
  while (other && !isShown(other)) other = other[step];
  if (!other) return;
  const { top } = button.getBoundingClientRect();
  if (button.name === "up") other.before(line);
  else other.after(line);
  // The button stays under the mouse, as far as the list scrolls.
  line.closest(".menu-list").scrollTop += button.getBoundingClientRect().top - top;
  button.focus();
  sayPlace(line, button.form);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest(".chooser button:is([name=up], [name=down])");
  if (!button) return;
  event.preventDefault();
  move(button);
});

let dragged;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".chooser li");
});

document.addEventListener("dragover", (event) => {
  const line = event.target.closest(".chooser li");
  if (!dragged || !line) return;
  event.preventDefault();
  const { top, height } = line.getBoundingClientRect();
  if (event.clientY < top + height / 2) line.before(dragged);
  else line.after(dragged);
});

document.addEventListener("dragend", () => {
  dragged = undefined;
});
