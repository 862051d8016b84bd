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
  showCurrent(key);
}

function tellOpened() {
  const detail = { article: find(".source")?.dataset.article };
  document.dispatchEvent(new CustomEvent("askvisit:opened", { detail }));
}
tellOpened();

// Shows which citation of the answer is the active one: its number, and how many there are.
function showCurrent(key) {
  tellOpened();
  const cited = clicked?.isConnected ? citationsBeside(clicked) : [];
  for (const link of document.querySelectorAll("a.cite[aria-current]"))
    link.removeAttribute("aria-current");
  const article = find(".source").dataset.article;
  const current = isAt(clicked, key, article) ? clicked : cited.find((l) => isAt(l, key, article));
  current?.setAttribute("aria-current", "true");
  if (current) keepInSight(current);
  numberMargin(cited, article);
  const back = find(".source-back");
  back.hidden = false;
  const origin = tabOf(clicked)?.toLowerCase() || "answer";
  back.textContent = clicked?.isConnected ? `Back to the ${origin}` : "Ask a question";
  const all = cited.length ? cited : keys();
  const at = cited.length ? cited.indexOf(current) : all.indexOf(key);
  const nav = find(".source-nav");
  if (!nav) return;
  nav.hidden = all.length < 2;
  find(".source-position").textContent =
    at < 0 ? `${all.length} marked` : `${at + 1} of ${all.length}`;
}

function isAt(link, key, article) {
  return Boolean(link?.isConnected) && keyOf(link) === key && placeOf(link).article === article;
}

function citationsBeside(link) {
  const all = link.closest(".message, .timeline");
  const kind = link.matches(".near") ? "a.cite.near" : "a.cite:not(.near)"; // `near` may be folded
  return all ? [...all.querySelectorAll(kind)] : [link];
}

// The tab beside the article that a citation stands in; a citation of an answer stands in none.
function tabOf(link) {
  if (link?.closest("#notebook")) return "Notebook";
  return link?.closest("#timeline") ? "Timeline" : undefined;
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

// The number that is active stays in sight in the conversation, which alone is scrolled for it.
function keepInSight(link) {
  const log = link.closest(".log");
  if (!log) return;
  const [outer, inner] = [log.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.bottom > outer.bottom) log.scrollTop += inner.bottom - outer.bottom + 40;
  else if (inner.top < outer.top) log.scrollTop -= outer.top - inner.top + 40;
}

function placeOf(link) {
  const address = new URL(link.href).searchParams;
  const place = {
    article: address.get("article"),
    start: Number(address.get("start")),
    end: Number(address.get("end")),
    reads: address.get("reads"), // a hash of the words, which an older link does not have
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
  const answer = (await ask(request)) || { error: "The article could not be loaded. Please reload the page." };
  if (mine !== clicks) return; // a later click was faster
  if (answer.error) {
    const head = find(".source-meta");
    if (head) Object.assign(head, { textContent: answer.error, className: "source-meta problem" });
    return;
  }
  if (props.value !== answer.html) {
    props.value = answer.html;
  }
  return reveal(answer.key);
}

async function reveal(key) {
  bringForward();
  await painted();
  activate(key);
  if (element.getBoundingClientRect().top > window.innerHeight / 2) {
    element.scrollIntoView({ block: "start" });
    find(".source-text").focus({ preventScroll: true });
  }
}

function follow(link) {
  clicked = link;
  if (isMarked(link)) {
    clicks++; // what was asked for before comes too late
    return reveal(keyOf(link));
  }
  const place = placeOf(link);
  const others = citationsBeside(link).filter((other) => other !== link).map(placeOf);
  return open({ place, others: others.filter((other) => other.article === place.article) });
}

// Whether the article is open with all that the answer cites in it: then it need not be drawn anew.
function isMarked(link) {
  const { article } = placeOf(link);
  if (find(".source")?.dataset.article !== article) return false;
  const cited = citationsBeside(link).filter((other) => placeOf(other).article === article);
  const wanted = new Set(cited.map(keyOf));
  return wanted.size === keys().length && keys().every((key) => wanted.has(key));
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest && event.target.closest("a.cite");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    remember(link);
    follow(link);
  },
  listening,
);

// The drawer that an article is chosen in has closed, and the focus is nowhere.
document.addEventListener(
  "askvisit:read",
  async (event) => {
    await open(event.detail);
    if (document.activeElement === document.body) find(".source-text")?.focus({ preventScroll: true });
  },
  listening,
);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.step) step(Number(button.dataset.step));
  if (button.classList.contains("source-back")) goBack();
});

async function goBack() {
  const isThere = clicked?.isConnected;
  if (isThere && tabOf(clicked)) {
    tab(tabOf(clicked)).click();
    await painted();
  }
  const target = isThere ? clicked : document.querySelector("#chat");
  target.scrollIntoView({ block: isThere ? "center" : "start" });
  const next = isThere ? clicked : document.querySelector("#question textarea");
  next?.focus({ preventScroll: true });
}

// A new answer brings its article; the first citation is active without a click.
watch("value", async () => {
  const active = find(".source").dataset.active;
  if (!active) return showCurrent(find("mark.active")?.dataset.key);
  if (wanted) return openWanted();
  bringForward();
  await painted();
  clicked = [...document.querySelectorAll(".turn a.cite:not(.near)")].findLast(
    (link) => keyOf(link) === active,
  );
  activate(active);
  // The address named an earlier citation.
  if (location.search.includes("article=")) history.replaceState(null, "", location.pathname);
  at = undefined;
});

function bringForward() {
  if (!element.offsetParent) tab("Article").click();
}

function tab(name) {
  return [...document.querySelectorAll("#reading [role=tab]")].find(
    (one) => one.textContent.trim() === name,
  );
}

// An answer without citations: what an earlier one marked must not look like its evidence.
document.addEventListener(
  "askvisit:uncited",
  async () => {
    clicked = null;
    if (wanted) return openWanted();
    if (!find("mark")) return;
    const copy = find(".source").cloneNode(true);
    for (const mark of copy.querySelectorAll("mark, mark strong")) mark.replaceWith(...mark.childNodes);
    for (const number of copy.querySelectorAll(".margin")) number.remove();
    copy.removeAttribute("data-active");
    copy.querySelector(".source-nav").hidden = true;
    copy.querySelector(".source-found").textContent = "";
    const scrolled = find(".source-text").scrollTop;
    props.value = copy.outerHTML;
    await painted();
    find(".source-text").scrollTop = scrolled;
    tellOpened();
  },
  listening,
);
