// Words that are selected in the article can be asked about, quoted and pinned. The server says
// which sentences they are, and how they are cited.
const SETTLED = 150; // milliseconds without a change until a selection counts as made
const selected = document.createElement("div");
Object.assign(selected, { id: "askvisit-selected", hidden: true });
selected.setAttribute("role", "group");
selected.setAttribute("aria-label", "The selected words");
selected.innerHTML =
  '<button type="button" data-words="ask">Ask about it</button>' +
  '<button type="button" data-words="quote" title="Copy as a reference">Quote</button>' +
  '<button type="button" data-words="pin" title="Pin to the notebook">Pin</button>' +
  '<span role="status"></span>';
document.getElementById("askvisit-selected")?.remove();
document.querySelector(".gradio-container").append(selected);
let chosen = null; // the range that the buttons are about
let settling = 0;
let pressing = false;

function selectedRange() {
  const selection = getSelection();
  if (!selection.rangeCount || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0);
  const text = find(".source-text");
  const isHere = text?.contains(range.startContainer) || text?.contains(range.endContainer);
  return isHere ? range : null;
}

function showSelected() {
  if (pressing) return;
  const range = selectedRange();
  if (!range) {
    if (!selected.contains(document.activeElement)) hideSelected();
    return;
  }
  chosen = range.cloneRange();
  selected.querySelector("[role=status]").textContent = "";
  selected.hidden = false;
  placeSelected();
}

// Above the selection, or below it where there is no room; on a phone the style sheet places it.
function placeSelected() {
  if (selected.hidden || !chosen) return;
  const at = chosen.getBoundingClientRect();
  const box = find(".source-text").getBoundingClientRect();
  const middle = (at.left + at.right - selected.offsetWidth) / 2;
  const left = Math.min(Math.max(middle, 8), innerWidth - selected.offsetWidth - 8);
  const above = Math.max(at.top, box.top) - selected.offsetHeight - 8;
  const top = above > 8 ? above : Math.min(at.bottom, box.bottom) + 8;
  selected.style.left = `${left}px`;
  // Words that were scrolled out of sight have their buttons at the edge.
  selected.style.top = `${Math.min(Math.max(top, 8), innerHeight - selected.offsetHeight - 8)}px`;
}

function hideSelected() {
  selected.hidden = true;
  chosen = null;
}

// The places of the selection as the server takes them: paragraph, and characters before.
function shownPlaces(range) {
  const all = [...element.querySelectorAll(".source-text [id^=paragraph-]")];
  const touched = all.filter((paragraph) => range.intersectsNode(paragraph));
  if (!touched.length) return {};
  const [first, last] = [touched[0], touched.at(-1)];
  const startsIn = first.contains(range.startContainer);
  const endsIn = last.contains(range.endContainer);
  const from = startsIn ? shownBefore(first, range.startContainer, range.startOffset) : 0;
  const to = endsIn
    ? shownBefore(last, range.endContainer, range.endOffset)
    : shownBefore(last, last, last.childNodes.length);
  const number = (paragraph) => Number(paragraph.id.slice("paragraph-".length));
  return {
    article: find(".source").dataset.article,
    reads: find(".source").dataset.reads,
    from: [number(first), from],
    to: [number(last), to],
  };
}

function shownBefore(paragraph, node, offset) {
  const before = new Range();
  before.setStart(paragraph, 0);
  before.setEnd(node, offset);
  const copy = before.cloneContents();
  for (const number of copy.querySelectorAll(".margin")) number.remove();
  return [...copy.textContent].length; // code points, as the server counts
}

async function lookUp(request) {
  try {
    return await server.select(request);
  } catch {
    return { error: "The server did not respond. Please reload the page." };
  }
}

selected.addEventListener("pointerdown", (event) => event.preventDefault()); // it stays selected
selected.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button || !chosen) return;
  const found = await lookUp(shownPlaces(chosen));
  const said = selected.querySelector("[role=status]");
  if (found.error) said.textContent = found.error;
  else if (button.dataset.words === "quote") copied(button, found.reference);
  else if (button.dataset.words === "pin") sayOn(button, addPin(found.pin));
  else {
    hideSelected();
    getSelection().removeAllRanges();
    document.dispatchEvent(new CustomEvent("askvisit:draft", { detail: found.words }));
  }
});

const settle = () => {
  clearTimeout(settling);
  settling = setTimeout(showSelected, SETTLED);
};
document.addEventListener("selectionchange", settle, listening);
for (const type of ["pointerdown", "pointerup", "pointercancel"])
  document.addEventListener(
    type,
    () => {
      pressing = type === "pointerdown";
      settle();
    },
    { ...listening, capture: true },
  );
document.addEventListener("scroll", placeSelected, { ...listening, capture: true });

// Tab goes from the selection to the buttons, Escape puts them away.
document.addEventListener(
  "keydown",
  (event) => {
    if (selected.hidden) return;
    const inside = selected.contains(event.target);
    if (event.key === "Escape") {
      hideSelected();
      if (inside) find(".source-text").focus({ preventScroll: true });
    } else if (event.key === "Tab" && !event.shiftKey && !inside) {
      selected.querySelector("button").focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  },
  { ...listening, capture: true },
);
