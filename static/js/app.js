import "./fragment.js";

// Show what the address asks, also after Back: a page that the browser kept as it was left is
// loaded anew, for its rows, its forms and who is signed in may all be of another time.

window.addEventListener("pageshow", (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  if (event.persisted) location.reload();
  else if (visit?.type === "back_forward") for (const form of document.forms) form.reset();
});

// Close an open menu when the person clicks elsewhere or presses Escape.
// Without this script a menu still opens and closes by its own summary.

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

// A menu near the far edge opens towards the middle of the page.
const turn = (menu) => {
  const list = menu.querySelector(".menu-list");
  list.classList.remove("turned");
  const { left, right } = list.getBoundingClientRect();
  list.classList.toggle("turned", left < 0 || right > document.documentElement.clientWidth);
  list.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
};

document.querySelectorAll(".filters .menu[open]").forEach(turn);

// This event does not bubble.
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches(".filters .menu[open]")) turn(event.target);
  },
  true,
);
