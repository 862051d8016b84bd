// The timeline: asked for when its tab is opened, by its form, and where other articles are asked.
if (window.askvisitTimeline) window.askvisitTimeline.abort();
window.askvisitTimeline = new AbortController();
const listening = { signal: window.askvisitTimeline.signal };
const form = element.querySelector("form");
let wanted = 0; // counts what was asked for, so that only the newest is shown
let isStale = true;

async function show() {
  const mine = ++wanted;
  isStale = false;
  tell("Looking for dates…");
  const scope = askvisitSession.get("scope");
  const request = { scope, ...Object.fromEntries(new FormData(form)) };
  let found;
  try {
    found = await server.dated(request);
  } catch {
    found = { told: "The timeline could not be loaded. Please reload the page.", html: "" };
  }
  if (mine !== wanted) return;
  element.querySelector(".entries").innerHTML = found.html;
  element.querySelector(".timeline").scrollTop = 0;
  tell(found.told);
}

function tell(words) {
  element.querySelector(".told").textContent = words;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
// The cross of the topic's field empties it.
form.addEventListener("search", (event) => event.target.value === "" && show());
element.addEventListener("click", (event) => {
  if (!event.target.closest("[data-all]")) return;
  form.reset();
  show();
  form.querySelector("input").focus();
});

const isShown = () => element.getClientRects().length > 0;
for (const type of ["askvisit:scoped", "askvisit:added", "askvisit:removed"])
  document.addEventListener(type, () => (isShown() ? show() : (isStale = true)), listening);
const opening = new IntersectionObserver(() => isStale && isShown() && show());
opening.observe(element);
listening.signal.addEventListener("abort", () => opening.disconnect());
