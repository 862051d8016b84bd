// The article beside the chat: a click on a citation opens its article and scrolls to the sentence.
// Owns #source, and which citation was followed last.
import { all, hear, made, one, painted, tell } from "./dom.js";
import { box } from "./box.js";
import { post, wordsOf } from "./server.js";
import { showTab } from "./tabs.js";

export const panel = one("#source");
export const find = (selector) => one(selector, panel);
const marks = () => all("mark.cited", panel);
export const keys = () => [...new Set(marks().map((mark) => mark.dataset.key))];
export const opened = () => find(".source").dataset.article;
let clicks = 0;
let clicked = null; // the citation that was followed last

export const followed = () => (clicked?.isConnected ? clicked : null);

export function placeOf(link) {
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

export function keyOf(link) {
  const { start, end } = placeOf(link);
  return `${start}-${end}`;
}

export function citationsBeside(link) {
  const around = link.closest(".message, .timeline");
  const kind = link.matches(".near") ? "a.cite.near" : "a.cite:not(.near)"; // `near` may be folded
  return around ? all(kind, around) : [link];
}

// The tab beside the article that a citation stands in; a citation of an answer stands in none.
function tabOf(link) {
  if (link?.closest("#notebook")) return "Notebook";
  return link?.closest("#timeline") ? "Timeline" : undefined;
}

// Draws an article that the server rendered; what had the focus in the one before is gone.
export function draw(html) {
  const hadFocus = panel.contains(document.activeElement);
  panel.replaceChildren(made(html));
  if (hadFocus) find(".source-text")?.focus({ preventScroll: true });
  tell("opened", { article: opened() });
}

export async function open(request) {
  const mine = ++clicks;
  bringForward(); // at once: a tab that is chosen meanwhile is not taken away
  try {
    const { html, key } = await post("source", request);
    if (mine !== clicks) return; // a later click was faster
    draw(html);
    return reveal(key);
  } catch (error) {
    if (mine !== clicks) return;
    const words = wordsOf(error, "The article could not be loaded. Please reload the page.");
    const head = find(".source-meta");
    if (head) Object.assign(head, { textContent: words, className: "source-meta problem" });
  }
}

async function reveal(key) {
  await painted();
  activate(key);
  if (panel.getBoundingClientRect().top > window.innerHeight / 2) {
    panel.scrollIntoView({ block: "start" });
    find(".source-text").focus({ preventScroll: true });
  }
}

function bringForward() {
  if (!panel.offsetParent) showTab("Article");
}

export function activate(key, link = clicked, isNew = false) {
  clicked = link;
  for (const mark of marks()) mark.classList.toggle("active", mark.dataset.key === key);
  const first = marks().find((mark) => mark.dataset.key === key);
  if (first) scrollTo(first);
  else if (!key) find(".source-text").scrollTop = 0;
  showCurrent(key, isNew);
}

// Shows which citation of the answer is the active one: its number, and how many there are.
function showCurrent(key, isNew) {
  const cited = followed() ? citationsBeside(clicked) : [];
  for (const link of all("a.cite[aria-current]")) link.removeAttribute("aria-current");
  const isActive = (link) => keyOf(link) === key && placeOf(link).article === opened();
  const current = cited.includes(clicked) && isActive(clicked) ? clicked : cited.find(isActive);
  current?.setAttribute("aria-current", "true");
  if (current && !isNew) keepInSight(current);
  tell("marked", { cited, active: key });
  const back = find(".source-back");
  back.hidden = false;
  back.textContent = followed() ? `Back to the ${tabOf(clicked)?.toLowerCase() || "answer"}` : "Ask a question";
  const walked = cited.length ? cited : keys();
  const at = cited.length ? cited.indexOf(current) : walked.indexOf(key);
  find(".source-nav").hidden = walked.length < 2;
  find(".source-position").textContent = at < 0 ? `${walked.length} marked` : `${at + 1} of ${walked.length}`;
}

function scrollTo(mark) {
  const text = find(".source-text");
  const third = (text.clientHeight - mark.offsetHeight) / 3;
  const above = mark.getBoundingClientRect().top - text.getBoundingClientRect().top;
  text.scrollTop += above - Math.max(third, 8);
}

// The number that is active stays in sight in the conversation, which alone is scrolled for it.
function keepInSight(link) {
  const log = link.closest(".log");
  if (!log) return;
  const [outer, inner] = [log.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.bottom > outer.bottom) log.scrollTop += inner.bottom - outer.bottom + 40;
  else if (inner.top < outer.top) log.scrollTop -= outer.top - inner.top + 40;
}

export function follow(link) {
  clicked = link;
  if (isMarked(link)) {
    clicks++; // what was asked for before comes too late
    bringForward();
    return reveal(keyOf(link));
  }
  const place = placeOf(link);
  const others = citationsBeside(link).filter((other) => other !== link).map(placeOf);
  return open({ place, others: others.filter((other) => other.article === place.article) });
}

// Whether the article is open with all that the answer cites in it: then it need not be drawn anew.
function isMarked(link) {
  const { article } = placeOf(link);
  if (opened() !== article) return false;
  const cited = citationsBeside(link).filter((other) => placeOf(other).article === article);
  const wanted = new Set(cited.map(keyOf));
  return wanted.size === keys().length && keys().every((key) => wanted.has(key));
}

export async function goBack() {
  const link = followed();
  if (link && tabOf(link)) {
    showTab(tabOf(link));
    await painted();
  }
  (link ?? one("#chat")).scrollIntoView({ block: link ? "center" : "start" });
  (link ?? box).focus({ preventScroll: true });
}

panel.addEventListener("click", (event) => event.target.closest(".source-back") && goBack());

// The drawer that an article is chosen in has closed, and the focus is nowhere.
hear("read", async ({ article }) => {
  clicked = null;
  await open({ article });
  if (document.activeElement === document.body) find(".source-text").focus({ preventScroll: true });
});

// A new answer brings its article; the first citation is active without a click. What an earlier one
// marked must not look like its evidence.
export async function showAnswer({ source, node }) {
  const first = one(".message a.cite:not(.near)", node);
  if (!source.html || !first) return unmark();
  clicks++;
  draw(source.html);
  bringForward();
  await painted();
  activate(source.key, first, true); // it is read from its beginning
}

// Marks places of the article that no citation leads to.
export function mark(places) {
  clicked = null;
  return open({ place: places[0], others: places.slice(1) });
}

// What is shown now is the end of a conversation that was there before.
export function showEnd(node) {
  const first = node && one(".message a.cite:not(.near)", node);
  if (first) follow(first);
  else unmark();
}

export async function unmark() {
  clicked = null;
  clicks++;
  if (!find("mark")) return;
  const text = find(".source-text");
  for (const number of all(".margin", panel)) number.remove();
  for (const mark of all("mark, mark strong", text)) mark.replaceWith(...mark.childNodes);
  text.normalize();
  find(".source-nav").hidden = true;
  find(".source-found").textContent = "";
  tell("opened", { article: opened() });
}

const openFirst = () => {
  clicked = null;
  open({});
};
hear("begun", openFirst);
hear("removed", (id) => id === opened() && openFirst());
