// The log: the turns of the conversation, and what stands below them. Owns what #chat shows.
import { all, button, element, hear, made, one, place, tell } from "./dom.js";

const log = one("#chat .log");
const welcome = one(".welcome", log);
const removed = new Set(); // ids of articles that are quoted, and gone
let suggested = one(".suggested", log);

// turns: elements. hidden: how many earlier ones are not shown. below: a note or the turn that is
// being answered. undone: how many questions can be restored.
export function draw({ turns, hidden = 0, below = null, undone = 0 }) {
  const parts = turns.slice();
  if (hidden) parts.unshift(note(`The first ${hidden} questions are not shown here.`));
  if (below) parts.push(below);
  else {
    if (undone > 0) parts.push(restorable(undone));
    if (!turns.length) parts.push(welcome);
    parts.push(suggested);
  }
  place(log, parts);
  turns.forEach((turn, n) => {
    turn.dataset.turn = hidden + n;
    one("h2", turn).textContent = `Question ${hidden + n + 1}`;
  });
  markRemoved();
  tell("drawn");
}

const note = (textContent) => element("p", { className: "note", textContent });

function restorable(count) {
  const what = `${count} question${count === 1 ? "" : "s"}`;
  return element("p", { className: "undone note" }, `Undone: ${what}. `, button("Restore", { restore: "" }));
}

export function suggest(html) {
  const next = made(html);
  suggested.replaceWith(next);
  suggested = next;
}

// A question, or another wording of one, with a note that it is being answered.
export function pending(question, isEdited) {
  const asked = element("p", { dir: "auto" });
  asked.innerText = question.slice(0, 2000);
  return element(
    "section",
    { className: isEdited ? "turn pending edited" : "turn pending" },
    element("h2", { className: "unseen" }),
    element("div", { className: "asked" }, element("div", { className: "message user" }, asked)),
    waiting("Searching the articles… ", button("Stop", { stop: "" })),
  );
}

export const waiting = (...words) =>
  element("div", { className: "message bot waiting" }, element("p", {}, ...words));

export function giveUp(below, words) {
  const late = below.matches(".waiting") ? below : one(".waiting", below);
  late.classList.add("late");
  one("p", late).textContent = words;
}

export function showNewest() {
  const last = all(".turn", log).at(-1);
  if (last) log.scrollTop += last.getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
}

// An article was removed: what was quoted from it stays, but says so until it is there again.
hear("removed", (id) => {
  removed.add(id);
  markRemoved();
});
hear("added", (id) => {
  removed.delete(id);
  markRemoved();
});

function markRemoved() {
  for (const note of all(".gone", log)) note.remove();
  for (const link of all(".turn a.cite:not(.near, .row)", log)) {
    if (!removed.has(new URL(link.href).searchParams.get("article"))) continue;
    const textContent = "This article has since been removed.";
    link.closest("li").append(element("p", { className: "gone problem", textContent }));
  }
}
