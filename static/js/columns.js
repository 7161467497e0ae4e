// Show the form of the columns in its menu, and move a column there without losing the focus.
// Without this script the menu leads to a page with the form, and each step is posted.
"use strict";

{
  const unfold = async (menu) => {
    const link = menu.querySelector(".menu-list > a");
    if (!menu.open || !link) return;
    const answer = await fetch(link.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const form = page.querySelector(".chooser");
    if (form) link.replaceWith(document.adoptNode(form)); // none where the person is signed out
  };

  // This event does not bubble.
  document.addEventListener("toggle", (event) => {
    if (event.target.matches(".columns-menu")) unfold(event.target);
  }, true);

  const move = (button) => {
    const line = button.closest("li");
    const other = button.name === "up" ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (button.name === "up") other.before(line);
    else other.after(line);
    button.focus();
    const lines = [...line.parentElement.children];
    const said = {
      name: line.querySelector("label").textContent.trim(),
      number: lines.indexOf(line) + 1,
      total: lines.length,
    };
    const form = button.form;
    form.querySelector("[role=status]").textContent = form.dataset.moved.replace(
      /{(\w+)}/g,
      (_, name) => said[name],
    );
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".chooser button:is([name=up], [name=down])");
    if (!button) return;
    event.preventDefault();
    move(button);
  });
}
