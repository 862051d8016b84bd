// The list of articles: a tick says that questions search an article, "Read" opens it, "Delete it"
// removes it; a filter and an order help where there are many. Owns #articles.
import { all, button as quiet, element, hear, made, one, tell } from "./dom.js";
import { say } from "./announcing.js";
import { choose, chosen } from "./scope.js";
import { post, Refused, wordsOf } from "./server.js";
import { showTab, tabNamed } from "./tabs.js";

const list = one("#articles");
const ticks = () => all("[data-choose]", list);
const listed = () => ticks().map((box) => box.dataset.choose);
const removing = new Map(); // titles by id, until they are gone from the list
let next = []; // where the focus goes on after a removal: the article, and those after it
let wanted = { filter: "", order: "title" }; // kept where the list is written anew
let openedNow = one("#source .source")?.dataset.article;
let queue = Promise.resolve(); // one removal at a time
const otherTabs = new BroadcastChannel("askvisit-articles");

function ticked() {
  const boxes = ticks();
  const ids = boxes.filter((box) => box.checked).map((box) => box.dataset.choose);
  choose(ids.length === boxes.length ? null : ids); // all: also those that are not listed
}

// The ticks say what is chosen, wherever it was chosen.
function showTicks() {
  const ids = chosen();
  for (const box of ticks()) box.checked = !ids || ids.includes(box.dataset.choose);
}
hear("scoped", showTicks);

list.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose]")) ticked();
  else if (event.target.matches("[data-order]")) order((wanted.order = event.target.value));
});

list.addEventListener("input", (event) => {
  if (event.target.matches("[data-filter]")) filter((wanted.filter = event.target.value));
});

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { remove, read, tick, only, add } = button.dataset;
  if (add !== undefined) {
    showTab("Add an article");
    tabNamed("Add an article").click();
    one("#reading").scrollIntoView({ block: "nearest" });
  } else if (remove !== undefined) {
    button.disabled = true;
    button.textContent = "Deleting…";
    removing.set(remove, button.closest("li").dataset.title);
    const ids = all("li:not([hidden]) [data-read]", list).map((title) => title.dataset.read);
    next = ids.slice(ids.indexOf(remove));
    queue = queue.then(() => removeArticle(remove));
  } else if (tick !== undefined || only !== undefined) {
    for (const box of ticks()) box.checked = only === undefined ? tick === "all" : box.dataset.choose === only;
    ticked();
  } else if (read !== undefined) tell("read", { article: read });
});

async function removeArticle(article) {
  let stays = null; // the button that can be pressed again
  try {
    const { html, again } = await post("remove", { article });
    draw(html);
    sayIn(`Deleted “${removing.get(article)}”. `, again);
    say(`Deleted “${removing.get(article)}”.`);
    changed("removed", article);
  } catch (error) {
    const words = wordsOf(error, "No answer came. Please try again in a moment.");
    stays = one(`[data-remove="${CSS.escape(article)}"]`, list);
    if (stays) Object.assign(stays, { disabled: false, textContent: "Delete it" });
    if (stays && error instanceof Refused) stays = void (stays.closest("details").open = false);
    one(".told", list).replaceChildren(element("p", { className: "problem", dir: "auto", textContent: words }));
    say(words);
  }
  removing.delete(article);
  if (hasNoFocus()) stays ? stays.focus() : focusOnNext();
  if (!removing.size) next = [];
}

// Tells what became of an article, to other tabs of this browser too.
export function changed(what, article) {
  tell(what, article);
  otherTabs.postMessage([what, article]);
}
otherTabs.addEventListener("message", async ({ data: [what, article] }) => {
  const isFiltering = document.activeElement.matches("#articles [data-filter]");
  const { html } = await post("articles").catch(() => ({}));
  if (html) draw(html);
  if (isFiltering) one("[data-filter]", list)?.focus();
  tell(what, article);
});

// Says what was removed, and takes it back.
function sayIn(words, again) {
  const undo = quiet("Undo");
  undo.addEventListener("click", () => {
    one(".told", list).replaceChildren();
    tell("again", again);
  });
  one(".told", list).replaceChildren(element("p", { className: "note", dir: "auto" }, words, undo));
}

// The list as the server has it now, after an article was added too.
export function draw(html) {
  list.replaceChildren(made(html));
  for (const article of removing.keys()) {
    const button = one(`[data-remove="${CSS.escape(article)}"]`, list);
    if (!button) continue;
    Object.assign(button, { disabled: true, textContent: "Deleting…" });
    button.closest("details").open = true;
  }
  tell("listed", listed());
  arrange();
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of all("li", list)) {
    const facts = one(".facts", item).textContent.toLowerCase();
    item.hidden = !words.every((word) => facts.includes(word));
  }
}

function order(by) {
  const key = (item) => item.dataset[by] || "";
  const items = all("li", list);
  if (by === "date") items.sort((one, other) => key(other).localeCompare(key(one)));
  else items.sort((one, other) => key(one).localeCompare(key(other), undefined, { numeric: true }));
  one("ul", list).append(...items);
}

function arrange() {
  showTicks();
  markOpened();
  if (!one("[data-order]", list)) return;
  one("[data-order]", list).value = wanted.order;
  one("[data-filter]", list).value = wanted.filter;
  order(wanted.order);
  filter(wanted.filter);
}

// The article that is open is marked.
function markOpened() {
  for (const button of all("[data-read]", list))
    if (button.dataset.read === openedNow) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
}
hear("opened", ({ article }) => {
  openedNow = article;
  markOpened();
});

// A button that is disabled has no focus any more, though some browsers say that it has.
function hasNoFocus() {
  const at = document.activeElement;
  return at === document.body || at.matches("[data-remove]");
}

function focusOnNext() {
  const titles = all("li:not([hidden]) [data-read]", list);
  (titles.find((title) => next.includes(title.dataset.read)) || one("h2", list)).focus();
}

arrange();
if (chosen()) tell("listed", listed()); // what was removed before the page was loaded
