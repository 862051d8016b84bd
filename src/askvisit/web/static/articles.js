// The list of articles: a tick says that questions look in an article, "Read" opens it,
// "Delete it" removes it; a filter and an order help where there are many.
if (window.askvisitArticles) window.askvisitArticles.abort();
window.askvisitArticles = new AbortController();
const listening = { signal: window.askvisitArticles.signal };
const ticks = () => [...element.querySelectorAll("[data-choose]")];
const removing = new Map(); // titles by id, until they are gone from the list
let next = []; // where the focus goes on after a removal: the article, and those after it
let wanted = { filter: "", order: "title" }; // kept where the list is written anew

function chosen() {
  const all = ticks();
  const ticked = all.filter((tick) => tick.checked);
  const ids = ticked.map((tick) => tick.dataset.choose);
  choose(ids, ticked.length === all.length); // also those that are not listed
}

// The next question may be asked before the server has answered.
function choose(articles, all) {
  askvisitSession.set("scope", all ? "" : JSON.stringify(articles));
  trigger("choose", { articles, all });
}

element.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose]")) chosen();
  else if (event.target.matches("[data-order]")) order((wanted.order = event.target.value));
});

element.addEventListener("input", (event) => {
  if (event.target.matches("[data-filter]")) filter((wanted.filter = event.target.value));
});

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { remove, read, tick, only, add } = button.dataset;
  if (add !== undefined) {
    [...document.querySelectorAll("#reading [role=tab]")].at(-1).click();
    document.querySelector("#reading").scrollIntoView({ block: "nearest" });
  } else if (remove !== undefined) {
    button.disabled = true;
    button.textContent = "Deleting…";
    removing.set(remove, button.closest("li").dataset.title);
    const listed = [...element.querySelectorAll("li:not([hidden]) [data-read]")];
    const ids = listed.map((title) => title.dataset.read);
    next = ids.slice(ids.indexOf(remove));
    const opened = document.querySelector("#source .source")?.dataset.article || "";
    trigger("removal", { article: remove, opened });
  } else if (tick !== undefined || only !== undefined) {
    for (const one of ticks())
      one.checked = only === undefined ? tick === "all" : one.dataset.choose === only;
    chosen();
  } else if (read !== undefined) {
    const detail = { article: read };
    document.dispatchEvent(new CustomEvent("askvisit:read", { detail }));
  }
});

// All are asked again. The list itself may be the one that was written last, so it is not drawn anew.
document.addEventListener(
  "askvisit:widened",
  () => ticks().forEach((tick) => (tick.checked = true)),
  listening,
);

// A removal that failed, because the server is busy or gone, can be tried again.
document.addEventListener(
  "askvisit:notremoved",
  () => {
    for (const button of element.querySelectorAll("[data-remove]:disabled")) {
      Object.assign(button, { disabled: false, textContent: "Delete it" });
      if (hasNoFocus()) button.focus();
    }
    next = [];
  },
  listening,
);

function filter(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of element.querySelectorAll("li")) {
    const text = item.querySelector(".facts").textContent.toLowerCase();
    item.hidden = !wanted.every((word) => text.includes(word));
  }
}

function order(by) {
  const list = element.querySelector("ul");
  const key = (item) => item.dataset[by] || "";
  const items = [...list.children];
  if (by === "date") items.sort((one, other) => key(other).localeCompare(key(one)));
  else items.sort((one, other) => key(one).localeCompare(key(other), undefined, { numeric: true }));
  list.append(...items);
}

// The article that is open is marked.
let openedNow = document.querySelector("#source .source")?.dataset.article;
function markOpened() {
  for (const button of element.querySelectorAll("[data-read]"))
    if (button.dataset.read === openedNow) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
}
document.addEventListener(
  "askvisit:opened",
  (event) => {
    openedNow = event.detail.article;
    markOpened();
  },
  listening,
);

function arrange() {
  if (!element.querySelector("[data-order]")) return;
  element.querySelector("[data-order]").value = wanted.order;
  element.querySelector("[data-filter]").value = wanted.filter;
  order(wanted.order);
  filter(wanted.filter);
}
arrange();
markOpened();

watch("value", () => {
  // A box that was ticked by hand keeps its state, also where it now stands for another article.
  for (const tick of ticks()) tick.checked = tick.defaultChecked;
  markOpened();
  arrange();
  tellRemoved();
});

// Several may be removed one after the other: each list tells which of them are gone.
function tellRemoved() {
  const there = ticks().map((tick) => tick.dataset.choose);
  const problem = element.querySelector(".problem");
  let words = problem?.textContent;
  for (const [id, title] of removing) {
    if (there.includes(id)) continue;
    removing.delete(id);
    words ||= `Deleted “${title}”.`;
    document.dispatchEvent(new CustomEvent("askvisit:removed", { detail: id }));
  }
  if (!words) return;
  document.dispatchEvent(new CustomEvent("askvisit:say", { detail: words }));
  if (next.length && hasNoFocus()) focusOnNext();
  if (problem || !removing.size) next = [];
}

// A button that is disabled has no focus any more, though some browsers say that it has.
function hasNoFocus() {
  const at = document.activeElement;
  return at === document.body || at.matches("[data-remove]");
}

function focusOnNext() {
  const titles = [...element.querySelectorAll("li:not([hidden]) [data-read]")];
  const title = titles.find((one) => next.includes(one.dataset.read));
  const heading = element.querySelector("h2");
  heading.tabIndex = -1;
  (title || heading).focus();
}
