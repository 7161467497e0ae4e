// Put into a page beside axe. What parts are made of is kept for the next pages of the tab, so that
// axe looks at each kind of part in its place, under the same style sheets, once.

const TOLD = /^(class|role|type|open|disabled|tabindex|style|lang|dir|aria-(current|expanded))$/;
const KEPT = "look-";
const kept = Object.keys(sessionStorage).filter((each) => each.startsWith(KEPT));
const seen = new Set(kept.flatMap((each) => JSON.parse(sessionStorage[each])));
const styles = [...document.styleSheets].map(({ href }) => href).join(" ");
let unkept = [];

// A kind is told by a number of 53 bits, for the kinds of all pages together are megabytes.
const numberOf = (kind) => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < kind.length; at++) {
    const code = kind.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (b & 2097151) + (a >>> 0);
};

// Of most attributes, and of texts, it matters whether anything is in them.
const ownOf = (part) =>
  [...part.attributes].reduce(
    (own, { name, value }) => `${own} ${name}=${TOLD.test(name) ? value : value.trim() !== ""}`,
    part.localName,
  );

// For a layout it matters how long texts are. What is known already are the parts within others.
const madeOf = (part, isLayout, known = new Map()) => {
  if (part instanceof Element) {
    if (!known.has(part)) {
      const inside = [...part.childNodes].map((each) => madeOf(each, isLayout, known));
      known.set(part, numberOf(`${ownOf(part)}>${inside}`));
    }
    return known.get(part);
  }
  const { length } = part.data.trim();
  return isLayout ? `"${length}"` : `"${length > 0}"`;
};

// Return what was looked at before in this way, in parts as large as can be.
const seenOf = (part, way, isLayout, known, above = styles) => {
  const key = numberOf(`${way} ${above} ${madeOf(part, isLayout, known)}`);
  if (seen.has(key)) return [part];
  seen.add(key);
  unkept.push(key);
  const here = numberOf(`${above}/${ownOf(part)}`);
  return [...part.children].flatMap((each) => seenOf(each, way, isLayout, known, here));
};

// Of a large part that was seen on an earlier page, in all ways, axe need not even know: it goes
// through all that is there.
let isLighter = false;
const lighten = (part) => {
  const { length } = part.querySelectorAll("*");
  if (length > 60 && !part.querySelector("h1")) part.replaceChildren();
};

const opened = new Set();

window.look = {
  tooWide() {
    const wide = document.documentElement.scrollWidth > innerWidth;
    return wide ? [`wider than ${innerWidth} pixels`] : [];
  },

  // Of parts that are made alike a few are enough, with a neighbour on either side; and targets
  // are smallest where rows are dense.
  thinOut() {
    document.documentElement.dataset.density = "dense";
    for (const each of document.querySelectorAll("tbody tr:nth-child(n + 6)")) each.remove();
    const counts = new Map();
    for (const part of document.querySelectorAll("tbody tr, li, option, svg a")) {
      const kind = `${numberOf(ownOf(part.parentElement))} ${madeOf(part)}`;
      const count = counts.get(part.parentElement)?.[kind] ?? 0;
      if (count === 3) part.remove();
      else counts.set(part.parentElement, { ...counts.get(part.parentElement), [kind]: count + 1 });
    }
  },

  // What opens is open, and in the flow, so that nothing hides behind it. Menus that would fetch
  // more of the same lines do without.
  open() {
    for (const each of document.querySelectorAll("[data-whole]")) delete each.dataset.whole;
    for (const each of document.querySelectorAll("details:not([open]), dialog:not([open])")) {
      each.open = true;
      opened.add(each);
    }
    for (const each of document.querySelectorAll("details > :not(summary), dialog")) {
      each.style.setProperty("position", "static", "important");
    }
  },

  close() {
    for (const each of opened) each.open = false;
    for (const each of document.querySelectorAll("details > :not(summary), dialog")) {
      each.style.removeProperty("position");
    }
  },

  // Return what is wrong with the room and the size of targets in this width.
  async layout() {
    const found = await this.find(`${innerWidth}`, ["target-size"]);
    this.open();
    return [...found, ...(await this.find(`${innerWidth}`, ["target-size"]))];
  },

  // Return what axe finds by tags or names of rules, where it did not look in this way before.
  async find(way, runOnly, without = []) {
    for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
    const isLayout = runOnly.includes("target-size");
    const known = new Map();
    const { children } = document.body;
    const exclude = [...children].flatMap((each) => seenOf(each, way, isLayout, known));
    if (unkept.length) sessionStorage[KEPT + seen.size] = JSON.stringify(unkept);
    unkept = [];
    if (!isLighter) exclude.forEach(lighten);
    isLighter = true;
    if ([...children].every((each) => exclude.includes(each))) return [];
    const rules = Object.fromEntries(without.map((id) => [id, { enabled: false }]));
    const options = { runOnly, rules, resultTypes: ["violations"] };
    const { violations } = await axe.run({ exclude }, options);
    return violations.map(({ id, nodes }) => `${id} (${nodes.length} times): ${nodes[0].html}`);
  },

  async onPhone() {
    const found = this.tooWide();
    this.thinOut();
    found.push(...(await this.layout()));
    this.close();
    return found;
  },
};
