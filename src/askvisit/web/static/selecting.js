// Words that are selected in the article can be asked about, quoted and pinned; the server says which
// sentences they are, and how they are cited. Owns #askvisit-selected.
import { all, one } from "./dom.js";
import { draft } from "./box.js";
import { copied, sayOn } from "./clipboard.js";
import { pin } from "./pins.js";
import { post, wordsOf } from "./server.js";
import { find, opened, panel } from "./source.js";

const SETTLED = 150; // milliseconds without a change until a selection counts as made
const buttons = one("#askvisit-selected");
let chosen = null; // the range that the buttons are about
let settling = 0;
let pressing = false;

function selectedRange() {
  const selection = getSelection();
  if (!selection.rangeCount || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0);
  const text = find(".source-text");
  return text?.contains(range.startContainer) || text?.contains(range.endContainer) ? range : null;
}

function show() {
  if (pressing) return;
  const range = selectedRange();
  if (!range) return buttons.contains(document.activeElement) || hide();
  chosen = range.cloneRange();
  one("[role=status]", buttons).textContent = "";
  buttons.hidden = false;
  place();
}

function hide() {
  buttons.hidden = true;
  chosen = null;
}

// Above the selection, or below it where there is no room; on a phone the style sheet places them.
function place() {
  if (buttons.hidden || !chosen) return;
  const at = chosen.getBoundingClientRect();
  const box = find(".source-text").getBoundingClientRect();
  const within = (value, most) => Math.min(Math.max(value, 8), most - 8);
  const above = Math.max(at.top, box.top) - buttons.offsetHeight - 8;
  const top = above > 8 ? above : Math.min(at.bottom, box.bottom) + 8;
  buttons.style.left = `${within((at.left + at.right - buttons.offsetWidth) / 2, innerWidth - buttons.offsetWidth)}px`;
  // Words that were scrolled out of sight have their buttons at the edge.
  buttons.style.top = `${within(top, innerHeight - buttons.offsetHeight)}px`;
}

// The selection as the server takes it: of both ends the paragraph, and the characters before.
function shown(range) {
  const touched = all(".source-text [id^=paragraph-]", panel).filter((paragraph) => range.intersectsNode(paragraph));
  if (!touched.length) return {};
  const [first, last] = [touched[0], touched.at(-1)];
  const before = (paragraph, node, offset) => [numberOf(paragraph), shownBefore(paragraph, node, offset)];
  return {
    article: opened(),
    reads: find(".source").dataset.reads,
    start: first.contains(range.startContainer)
      ? before(first, range.startContainer, range.startOffset)
      : [numberOf(first), 0],
    end: last.contains(range.endContainer)
      ? before(last, range.endContainer, range.endOffset)
      : before(last, last, last.childNodes.length),
  };
}

const numberOf = (paragraph) => Number(paragraph.id.slice("paragraph-".length));

function shownBefore(paragraph, node, offset) {
  const before = new Range();
  before.setStart(paragraph, 0);
  before.setEnd(node, offset);
  const copy = before.cloneContents();
  for (const number of all(".margin", copy)) number.remove();
  return [...copy.textContent].length; // code points, as the server counts
}

buttons.addEventListener("pointerdown", (event) => event.preventDefault()); // it stays selected
buttons.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button || !chosen) return;
  try {
    const found = await post("select", shown(chosen));
    if (button.dataset.words === "quote") return copied(button, found.reference);
    if (button.dataset.words === "pin") return sayOn(button, pin(found.pin));
    hide();
    getSelection().removeAllRanges();
    draft(found.words);
  } catch (error) {
    const words = wordsOf(error, "The server did not respond. Please reload the page.");
    one("[role=status]", buttons).textContent = words;
  }
});

const settle = () => {
  clearTimeout(settling);
  settling = setTimeout(show, SETTLED);
};
document.addEventListener("selectionchange", settle);
for (const type of ["pointerdown", "pointerup", "pointercancel"])
  document.addEventListener(
    type,
    () => {
      pressing = type === "pointerdown";
      settle();
    },
    true,
  );
document.addEventListener("scroll", place, true);

// Tab goes from the selection to the buttons, Escape puts them away.
document.addEventListener(
  "keydown",
  (event) => {
    if (buttons.hidden) return;
    const inside = buttons.contains(event.target);
    if (event.key === "Escape") {
      hide();
      if (inside) find(".source-text").focus({ preventScroll: true });
    } else if (event.key === "Tab" && !event.shiftKey && !inside) one("button", buttons).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
