// Close an open menu when the person clicks elsewhere or presses Escape.
// Without this script a menu still opens and closes by its own summary.
"use strict";

const openMenus = () => document.querySelectorAll("details:is(.menu, .over)[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
