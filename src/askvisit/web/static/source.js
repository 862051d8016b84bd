// The article beside the chat: a click on a citation opens its article and scrolls to the sentence.
if (window.askvisitSource) window.askvisitSource.abort();
window.askvisitSource = new AbortController();
const listening = { signal: window.askvisitSource.signal };
let clicks = 0;
let clicked = null; // the citation that was followed last

const find = (selector) => element.querySelector(selector);
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

function keys() {
  return [...new Set([...element.querySelectorAll("mark.cited")].map((mark) => mark.dataset.key))];
}

function activate(key) {
  const marks = [...element.querySelectorAll("mark.cited")];
  for (const mark of marks) mark.classList.toggle("active", mark.dataset.key === key);
  const first = marks.find((mark) => mark.dataset.key === key);
  if (first) scrollTo(first);
  else if (!key) find(".source-text").scrollTop = 0;
  showPosition(key);
  showCurrent(key);
}

// The citation in the answer whose sentence is the active one.
function showCurrent(key) {
  const cited = clicked?.isConnected ? citationsBeside(clicked) : [];
  for (const link of document.querySelectorAll("a.cite[aria-current]"))
    link.removeAttribute("aria-current");
  const article = find(".source").dataset.article;
  find(".source-back").hidden = !clicked?.isConnected;
  const current = cited.find((link) => keyOf(link) === key && placeOf(link).article === article);
  current?.setAttribute("aria-current", "true");
}

function citationsBeside(link) {
  const message = link.closest(".message");
  return message ? [...message.querySelectorAll("a.cite")] : [link];
}

function keyOf(link) {
  const { start, end } = placeOf(link);
  return `${start}-${end}`;
}

function scrollTo(mark) {
  const box = find(".source-text");
  const third = (box.clientHeight - mark.offsetHeight) / 3;
  const above = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += above - Math.max(third, 8);
}

function showPosition(key) {
  const all = keys();
  const nav = find(".source-nav");
  if (!nav) return;
  nav.hidden = all.length < 2;
  const at = all.indexOf(key);
  find(".source-position").textContent =
    at < 0 ? `${all.length} marked` : `${at + 1} of ${all.length}`;
}

function step(by) {
  const all = keys();
  if (!all.length) return;
  const active = find("mark.active");
  const at = active ? all.indexOf(active.dataset.key) : by > 0 ? -1 : 0;
  activate(all[(at + by + all.length) % all.length]);
}

function placeOf(link) {
  const address = new URL(link.href).searchParams;
  const place = {
    article: address.get("article"),
    start: Number(address.get("start")),
    end: Number(address.get("end")),
  };
  if (link.dataset.span) place.span = link.dataset.span.split("-").map(Number);
  return place;
}

// Undefined where the server is gone, or was started anew and knows this page no more.
async function ask(request) {
  try {
    return await server.open_source(request);
  } catch {
    return undefined;
  }
}

async function open(request) {
  const mine = ++clicks;
  const answer = (await ask(request)) || { error: "No article came. Please reload the page." };
  if (mine !== clicks) return; // a later click was faster
  if (answer.error) {
    const head = find(".source-meta");
    if (head) head.textContent = answer.error;
    return;
  }
  if (props.value !== answer.html) {
    props.value = answer.html;
  }
  if (!element.offsetParent) document.querySelector("#reading [role=tab]").click();
  await painted();
  activate(answer.key);
  if (element.getBoundingClientRect().top > window.innerHeight / 2) {
    element.scrollIntoView({ block: "start" });
    find(".source-text").focus({ preventScroll: true });
  }
}

function follow(link) {
  clicked = link;
  const others = citationsBeside(link).filter((other) => other !== link);
  open({ place: placeOf(link), others: others.map(placeOf) });
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest && event.target.closest("a.cite");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    follow(link);
  },
  listening,
);

document.addEventListener("askvisit:read", (event) => open(event.detail), listening);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.step) step(Number(button.dataset.step));
  if (button.classList.contains("source-back")) goBack();
});

function goBack() {
  const target = clicked?.isConnected ? clicked : document.querySelector("#chat");
  target.scrollIntoView({ block: "center" });
  if (target === clicked) clicked.focus({ preventScroll: true });
}

// Arrow keys walk the citations, from the article and from a citation; Escape goes back to it.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const inArticle = element.contains(event.target);
    if (!inArticle && !event.target.closest?.("a.cite")) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "Escape" && inArticle) goBack();
    else return;
    event.preventDefault();
  },
  listening,
);

// A new answer brings its article; the first citation is active without a click.
watch("value", async () => {
  const active = find(".source").dataset.active;
  if (!active) return showPosition(find("mark.active")?.dataset.key);
  await painted();
  clicked = [...document.querySelectorAll(".turn a.cite:not(.near)")].findLast(
    (link) => keyOf(link) === active,
  );
  activate(active);
});

// A link from outside: ?article=…&start=…&end=…
const outside = new URLSearchParams(location.search);
if (outside.has("article")) open({ place: placeOf({ href: location.href, dataset: {} }) });
