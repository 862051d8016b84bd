// The names that the open article mentions: a click marks where one stands, and offers to ask about it.
// Owns .source-names.
import { all, button, element, hear, made, one } from "./dom.js";
import { ask } from "./conversation.js";
import { find, keys, mark, opened, panel, unmark } from "./source.js";
import { post, wordsOf } from "./server.js";

const lists = new Map(); // promises of HTML by article, until articles change
let isOpen = false;
let whole = null; // the article whose names are all shown, also those that are mentioned less

async function show() {
  const strip = find(".source-names");
  if (!strip) return;
  find("[data-names]").setAttribute("aria-expanded", String(isOpen));
  strip.hidden = !isOpen;
  if (!isOpen) return;
  if (!strip.children.length) await fill(strip, opened());
  showMarked(strip);
}

async function fill(strip, article) {
  strip.append(element("p", { className: "note", textContent: "Looking for names…" }));
  if (!lists.has(article)) lists.set(article, post("names", { article }));
  try {
    strip.replaceChildren(made((await lists.get(article)).html));
    if (whole === article) showAll(strip);
  } catch (error) {
    lists.delete(article);
    strip.firstChild.textContent = wordsOf(error, "The names could not be loaded. Please reload the page.");
  }
}

function showAll(strip) {
  for (const name of all("[data-more]", strip)) name.hidden = false;
  one("[data-more-names]", strip)?.remove();
}

// The name that is marked is pressed, and below it is the question about it.
function showMarked(strip) {
  const marked = keys().join(" ");
  const isMarked = (name) => name.dataset.places === marked;
  for (const name of all("[data-places]", strip)) name.setAttribute("aria-pressed", String(isMarked(name)));
  one("[data-question]", strip)?.remove();
  const about = all("[data-places]", strip).find(isMarked)?.dataset.about;
  if (about) strip.append(button(about, { question: about }, { className: "suggestion", dir: "auto" }));
}

async function press(name) {
  const at = all("[data-places]", panel).indexOf(name);
  if (name.getAttribute("aria-pressed") === "true") await unmark();
  else {
    const places = name.dataset.places.split(" ").map((key) => key.split("-").map(Number));
    await mark(places.map(([start, end]) => ({ article: opened(), start, end })));
  }
  await show();
  all("[data-places]", panel)[at]?.focus({ preventScroll: true });
}

panel.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  const { places, question, names, moreNames } = pressed?.dataset ?? {};
  if (places) press(pressed);
  else if (question) ask(question);
  else if (names !== undefined) {
    isOpen = !isOpen;
    show();
  } else if (moreNames !== undefined) {
    whole = opened();
    const next = one("[data-more] button", panel);
    showAll(panel);
    next.focus();
  }
});
hear("opened", show);
for (const name of ["added", "removed"]) hear(name, () => lists.clear());
