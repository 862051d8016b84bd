// Finds words in the article and walks through where they stand, without touching its text. Owns the
// field and what it highlights.
import { hear } from "./dom.js";
import { find, panel } from "./source.js";

const FOUND = "askvisit-found";
let found = [];
let foundAt = -1;
let sought = ""; // what the field holds, also where the article is drawn anew

// In lower case and with the marks of a keyboard, but as long as before, so that what is found stands
// there in the text too.
const GROWS = "İ"; // the only letter that is longer in lower case
const lower = (text) => text.split(GROWS).map((part) => part.toLowerCase()).join(GROWS);
const plain = (text) => lower(text).replace(/[‘’‚‛ʼ]/g, "'").replace(/[“”„‟]/g, '"');

// Between two words there may be any white space: a line of the file ends, or must not end.
function pattern(words) {
  const escaped = plain(words).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replace(/\s+/g, "\\s+"), "g");
}

// Finds all places of the words in the field; it goes to none of them.
function findWords() {
  const wanted = find(".source-find input").value.trim();
  const blocks = [...find(".source-text").children];
  found = wanted ? blocks.flatMap((block) => rangesIn(block, pattern(wanted))) : [];
  foundAt = -1;
  CSS.highlights?.delete(`${FOUND}-here`);
  if (window.Highlight) CSS.highlights.set(FOUND, new Highlight(...found));
  showFound();
}

// A quote that is marked divides the text of a paragraph into several nodes.
function rangesIn(block, wanted) {
  const pieces = [];
  let text = "";
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.matches(".margin, [hidden]")) continue;
    pieces.push({ node, from: text.length });
    text += plain(node.data);
  }
  const pieceAt = (at) => pieces.findLast(({ from }) => from <= at);
  const ranges = [];
  for (const { 0: words, index: at } of text.matchAll(wanted)) {
    const end = at + words.length;
    const [first, last] = [pieceAt(at), pieceAt(end - 1)];
    const range = new Range();
    range.setStart(first.node, at - first.from);
    range.setEnd(last.node, end - last.from);
    ranges.push(range);
  }
  return ranges;
}

function goToFound(by) {
  if (found.length) {
    const from = foundAt < 0 && by < 0 ? 0 : foundAt;
    foundAt = (from + by + found.length) % found.length;
    const box = find(".source-text");
    const above = found[foundAt].getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += above - box.clientHeight / 3;
    if (window.Highlight) CSS.highlights.set(`${FOUND}-here`, new Highlight(found[foundAt]));
  }
  showFound();
}

function showFound() {
  const words = find(".source-find input").value.trim();
  const count = foundAt < 0 ? `${found.length} found` : `${foundAt + 1} of ${found.length}`;
  find(".source-found").textContent = found.length ? count : words && "not found";
}

// An article that is drawn anew has no count: it is searched for the words that are still in the field.
hear("opened", () => {
  if (!find(".source-find input")) return;
  find(".source-find input").value = sought;
  findWords();
});

panel.addEventListener("input", (event) => {
  if (!event.target.matches(".source-find input")) return;
  sought = event.target.value;
  findWords();
  goToFound(1);
});
panel.addEventListener("keydown", (event) => {
  if (!event.target.matches(".source-find input")) return;
  event.stopPropagation(); // arrows and Escape belong to the field
  if (event.key === "Enter") {
    event.preventDefault();
    goToFound(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    event.target.value = sought = "";
    findWords();
  }
});
