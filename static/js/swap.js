// The only file that knows htmx: it asks for a newer answer, and decides whether that replaces
// the one on the page. A page names its steps in the order in which they run.

export const answer = () => document.querySelector("#answer");

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");

export const ask = (address) => {
  const asked = htmx.ajax("GET", address, { target: "#answer", swap: "outerHTML" });
  asked.catch(() => {}); // watchRequests tells what went wrong
};

// A refresh that would bring the same answer brings nothing. What a person asks for is answered, and
// so is a page whose last refresh failed, for which nothing would take the failure back.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const version = answer()?.dataset.version;
  const failed = document.querySelector("#refresh-failure")?.firstChild;
  if (!version || failed || detail.path.endsWith("refresh=1")) return;
  detail.headers["If-None-Match"] = version;
});

// Where the answer's own element says what it asks for.
export const askAgain = () => htmx.trigger(answer(), "ask");

export const abort = () => htmx.trigger(answer(), "htmx:abort");

// Steps before a swap get the page that came, and htmx's details of the swap. The first one that
// returns false keeps the old answer. Steps after a swap run once for each new answer.
export const watchSwaps = ({ before, after, keeps = () => false }) => {
  let accepted = false;

  document.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    if (target.id !== "answer" || !detail.shouldSwap) return;
    const page = parse(detail.serverResponse);
    accepted = before.every((step) => step(page, detail) !== false);
    detail.shouldSwap = accepted;
  });

  document.addEventListener("htmx:afterSwap", () => {
    if (!accepted) return;
    accepted = false; // htmx sends this event for every part that it swapped in
    for (const step of after) step();
  });

  // What comes beside the answer is swapped in too, unless the page keeps what is there.
  document.addEventListener("htmx:oobBeforeSwap", ({ target, detail }) => {
    if (keeps(target)) detail.shouldSwap = false;
  });
};

export const watchRequests = ({ mayAsk = () => true, answered = () => {}, ended = () => {} }) => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!mayAsk()) event.preventDefault();
  });
  for (const failure of ["sendError", "timeout", "responseError"]) {
    document.addEventListener(`htmx:${failure}`, () => answered(false));
  }
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => answered(detail.xhr.status < 400));
  document.addEventListener("htmx:afterRequest", ended);
};
