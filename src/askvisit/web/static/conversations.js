// Conversations of earlier, kept in this browser: each by its name, or its first question; found, opened
// again, renamed, deleted, brought back. Owns #conversations and what is kept under the names that begin with PREFIX.
import { button, element, hear, one } from "./dom.js";
import { begin, failedToOpen, open } from "./conversation.js";
import { forget, namesStored, session, store, stored } from "./storage.js";

const MOST_CONVERSATIONS = 50;
const PREFIX = "conversation-";
const list = one("#conversations");
const deletedNote = one(".deleted", list);
const sought = one("[type=search]", list);
let leaving = false; // a new conversation begins: the one that is left stays
let opening = null; // the one that is being opened, until it is there
let deleted = null;

const newId = () => crypto.getRandomValues(new Uint32Array(2)).join("-");
const current = () => session.get("conversation", "");
const turnsOf = (conversation) => conversation.turns ?? earlier(conversation.kept);

// Earlier versions kept questions only, as `[question, how, articles, places]`; `true` for the articles
// are those of the question before. They are asked again.
function earlier(kept) {
  let articles = null;
  return JSON.parse(kept || "[]").map(([question, how, listed, cited]) => {
    articles = listed === true ? articles : listed;
    return { question, articles, guess: how === true, typed: how === "typed", cited };
  });
}

function conversations() {
  const kept = namesStored(PREFIX).map((name) => ({ id: name.slice(PREFIX.length), ...stored(name, {}) }));
  return kept.filter((one) => one.turns || one.kept).sort((one, other) => other.at - one.at);
}

// The conversation on the page changed. Opening one changes nothing in it.
hear("kept", (turns) => {
  if (opening) return show();
  if (turns.length) {
    const id = isOurs() ? current() : newId();
    const at = Date.now();
    const { title } = stored(PREFIX + id, {}); // what the user called it
    write(id, { name: title ?? turns[0].question.slice(0, 200), title, turns, at });
    goOnWith(id, at);
  } else if (leaving) goOnWith("", 0);
  else if (isOurs()) forget(PREFIX + current());
  show();
});

function goOnWith(id, at) {
  session.set("conversation", id);
  session.set("written", at);
}

// Whether what is kept is what this tab wrote or opened last; a duplicate of the tab goes on with a
// conversation of its own.
function isOurs() {
  const kept = stored(PREFIX + current(), null);
  return current() !== "" && (kept === null || kept.at === session.get("written"));
}

// Writes one; where there is no room, the oldest make room.
function write(id, conversation) {
  const oldest = conversations().filter((one) => one.id !== id);
  while (oldest.length >= MOST_CONVERSATIONS) forget(PREFIX + oldest.pop().id);
  while (!store(PREFIX + id, conversation) && oldest.length) forget(PREFIX + oldest.pop().id);
}

function show() {
  const kept = conversations();
  sought.hidden = !kept.length;
  const words = sought.value.toLowerCase().split(/\s+/);
  const found = kept.filter((one) => words.every((word) => saidIn(one).includes(word)));
  const { open: focused } = one("ul :focus", list)?.dataset ?? {};
  one("ul", list).replaceChildren(...found.map(row));
  one(`[data-open="${focused}"]`, list)?.focus();
  const none = kept.length ? "No conversation has these words." : "None yet.";
  one(".note", list).textContent = `${found.length ? "" : `${none} `}Conversations are kept in this browser only.`;
}

// What is asked and answered in one, to search.
function saidIn(conversation) {
  const said = turnsOf(conversation).map(({ question, answer }) => `${question} ${answer?.text ?? ""}`);
  return [conversation.name, ...said].join(" ").toLowerCase();
}

function row(conversation) {
  const { id, name, at } = conversation;
  const count = turnsOf(conversation).length;
  const day = new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
  const about = element("span", { className: "note", textContent: `${count} ${count === 1 ? "question" : "questions"} · ${day}` });
  const opens = button(name, { open: id }, { className: "opens", dir: "auto" });
  opens.append(about);
  if (id === current()) opens.setAttribute("aria-current", "true");
  return element("li", {}, opens, tool("Rename", id, name), tool("Delete", id, name));
}

const tool = (words, id, name) =>
  button(words, { [words.toLowerCase()]: id }, { ariaLabel: `${words}: ${name}` });

// An empty name is the first question again.
function rename(id) {
  const conversation = stored(PREFIX + id, {});
  const field = element("input", { className: "opens", value: conversation.name, maxLength: 200, dir: "auto" });
  field.setAttribute("aria-label", "New name");
  one(`.opens[data-open="${id}"]`, list).replaceWith(field);
  field.select();
  const leave = () => {
    const hadFocus = document.activeElement === field;
    show();
    if (hadFocus) one(`[data-open="${id}"]`, list)?.focus();
  };
  field.addEventListener("change", () => {
    const title = field.value.trim() || undefined;
    const name = title ?? turnsOf(conversation)[0].question.slice(0, 200);
    store(PREFIX + id, { ...stored(PREFIX + id, conversation), name, title });
    leave();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // the list stays open
    leave();
  });
}

// A reload meanwhile goes on with the one that is being opened.
async function reopen(id) {
  if (id === current() && session.get("turns", []).length) return;
  const conversation = stored(PREFIX + id, {});
  const left = opening?.left ?? ["turns", "conversation", "written"].map((name) => [name, session.get(name)]);
  const mine = { id, left };
  opening = mine;
  session.set("turns", turnsOf(conversation));
  goOnWith(id, conversation.at);
  try {
    await open(turnsOf(conversation));
  } catch {
    if (opening !== mine) return;
    for (const [name, value] of left) session.set(name, value);
    failedToOpen("The conversation could not be opened. Open it again in a moment.");
  }
  if (opening !== mine) return;
  opening = null;
  show();
}

function remove(id) {
  deleted = { id, isCurrent: id === current(), conversation: stored(PREFIX + id, {}) };
  forget(PREFIX + id);
  if (deleted.isCurrent || opening?.id === id) begin();
  show();
  const undo = button("Undo", { undelete: "" });
  deletedNote.replaceChildren(`Deleted “${deleted.conversation.name.slice(0, 60)}”. `, undo);
  undo.focus();
}

// Another tab may have gone on with it meanwhile; what it changed stands beside what is brought back.
function undelete() {
  const { isCurrent, conversation } = deleted;
  const now = stored(PREFIX + deleted.id, null);
  const said = (one) => turnsOf(one).map(({ question, answer }) => JSON.stringify([question, answer]));
  const goesOn = now && said(conversation).every((turn, n) => turn === said(now)[n]);
  const id = now && !goesOn ? newId() : deleted.id;
  const { name, title } = now?.title ? now : conversation;
  write(id, goesOn ? { ...now, name, title } : conversation);
  deleted = null;
  deletedNote.replaceChildren();
  show();
  (one(`[data-open="${id}"]`, list) ?? sought).focus(); // the search may leave it out
  if (isCurrent && !session.get("turns", []).length) reopen(id);
}

hear("leaving", () => {
  leaving = true;
  opening = null;
});
hear("begun", () => (leaving = false));

list.addEventListener("click", (event) => {
  const { open: id, rename: renamed, delete: gone, undelete: back } = event.target.closest("button")?.dataset || {};
  if (id !== undefined) {
    list.hidePopover();
    reopen(id);
  } else if (renamed !== undefined) rename(renamed);
  else if (gone !== undefined) remove(gone);
  else if (back !== undefined) undelete();
});
sought.addEventListener("input", show);
// Another tab changed one; what has the focus here stays.
window.addEventListener("storage", ({ key }) => {
  if (key?.startsWith(`askvisit-${PREFIX}`) && !one("ul", list).contains(document.activeElement)) show();
});
list.addEventListener("toggle", (event) => {
  if (event.newState === "open") show();
  else deletedNote.replaceChildren();
});
