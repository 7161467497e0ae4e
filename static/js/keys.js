// Keys for people who have the page open all day. Nothing needs them.

const help = document.querySelector("#keys");

const move = (step) => {
  const links = [...document.querySelectorAll(".appoints tbody .col-appoint_time a")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
};

const openFold = (selector) => {
  const field = document.querySelector(selector);
  for (let part = field?.closest("details"); part; part = part.parentElement.closest("details")) {
    part.open = true;
  }
  field?.focus();
};

const KEYS = {
  "/": () => openFold(".filter-form [name=q]"),
  f: () => openFold(".filter-form [name=number]"),
  j: () => move(1),
  k: () => move(-1),
  e: () => document.querySelector(".files a:not(.to-wall)")?.focus(),
  r: () => document.querySelector(".as-of a, .found a")?.click(),
  "?": () => (help?.open ? help.close() : help?.showModal()),
};

// On the page of one call, the same keys and the arrows lead to its neighbours in the list.
const neighbours = document.querySelector(".neighbours");
if (neighbours) {
  const turn = (way) => () => neighbours.querySelector(`[rel=${way}]`)?.click();
  const [back, on] =
    document.dir === "rtl" ? ["ArrowRight", "ArrowLeft"] : ["ArrowLeft", "ArrowRight"];
  Object.assign(KEYS, {
    j: turn("next"),
    k: turn("prev"),
    [on]: turn("next"),
    [back]: turn("prev"),
  });
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (typing && event.key !== "?") return;
  if (typing?.matches("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem("reserved-calls-keys") === "off" && event.key !== "?") return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const choice = document.querySelector("#keys-on");
if (choice) {
  choice.checked = localStorage.getItem("reserved-calls-keys") !== "off";
  choice.addEventListener("change", () => {
    localStorage.setItem("reserved-calls-keys", choice.checked ? "on" : "off");
  });
}
