// Conversations of earlier, kept in this browser: each by its first question; opened again, deleted,
// brought back. The server asks the questions of one that is opened again.
const MOST_CONVERSATIONS = 50;
const FULL = 30; // questions that are kept of one; the first of a longer one is gone
const PREFIX = "conversation-";
const list = element.querySelector("#conversations");
const deletedNote = list.querySelector(".deleted");
let leaving = false; // a new conversation was asked for, and is not there yet
let deleted = null;

// Those that were asked for and are not there yet, each as its id, the questions that were sent, and
// whether it was deleted meanwhile; the latest last. A reload keeps them.
const opening = () => JSON.parse(sessionStorage.getItem("askvisit-opening") || "[]");
const setOpening = (waited) => sessionStorage.setItem("askvisit-opening", JSON.stringify(waited));

const current = () => sessionStorage.getItem("askvisit-conversation");
const written = () => sessionStorage.getItem("askvisit-written"); // by this tab, the last time
const questionsOf = (kept) => JSON.parse(kept).map(([question]) => question);

function conversations() {
  const all = namesStored(PREFIX).map((name) => ({ id: name.slice(PREFIX.length), ...stored(name, {}) }));
  return all.filter((one) => one.kept).sort((one, other) => other.at - one.at);
}

// The conversation on the page changed. What comes late still belongs to the one that is left.
function keep(kept) {
  const questions = questionsOf(kept);
  const waited = opening();
  const sent = JSON.stringify(questions);
  const arrived = waited.findLastIndex((one) => JSON.stringify(one.questions) === sent);
  const gone = waited[arrived]?.deleted;
  if (arrived >= 0) {
    const { id } = waited[arrived];
    sessionStorage.setItem("askvisit-conversation", id);
    sessionStorage.setItem("askvisit-written", stored(PREFIX + id, {}).kept || "");
    setOpening(waited.slice(arrived + 1));
  }
  if (!questions.length) {
    if (!leaving && !waited.length && isOurs()) forget(PREFIX + current());
    sessionStorage.removeItem("askvisit-conversation");
    sessionStorage.removeItem("askvisit-written");
    leaving = false;
  } else if (!gone && kept !== written()) {
    const id = isOurs() ? current() : crypto.getRandomValues(new Uint32Array(2)).join("-");
    const before = stored(PREFIX + id, {});
    const name = questions.length < FULL || !before.name ? questions[0].slice(0, 200) : before.name;
    write(id, { name, kept, at: Date.now() });
    sessionStorage.setItem("askvisit-conversation", id);
    sessionStorage.setItem("askvisit-written", kept);
  }
  if (gone && arrived === waited.length - 1) beginAnew();
  show();
}

// Whether this tab wrote last what is kept. A duplicate of it has the same current conversation.
function isOurs() {
  return stored(PREFIX + current(), {}).kept === written();
}

// Writes one; where there is no room, the oldest make room.
function write(id, conversation) {
  const oldest = conversations().filter((one) => one.id !== id);
  while (oldest.length >= MOST_CONVERSATIONS) forget(PREFIX + oldest.pop().id);
  while (!store(PREFIX + id, conversation) && oldest.length) forget(PREFIX + oldest.pop().id);
}

function show() {
  const all = conversations();
  list.querySelector("ul").replaceChildren(...all.map(row));
  list.querySelector(".note").textContent = all.length
    ? "Kept in this browser only."
    : "None yet. Conversations are kept in this browser only.";
}

function row({ id, name, kept, at }) {
  const item = document.createElement("li");
  const open = document.createElement("button");
  Object.assign(open, { type: "button", className: "opens", dir: "auto", textContent: name });
  open.dataset.open = id;
  if (id === current()) open.setAttribute("aria-current", "true");
  const about = document.createElement("span");
  about.className = "note";
  const count = JSON.parse(kept).length;
  const day = new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  about.textContent = `${count} ${count === 1 ? "question" : "questions"} · ${day}`;
  open.append(about);
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "quiet", textContent: "Delete" });
  remove.dataset.delete = id;
  remove.setAttribute("aria-label", `Delete: ${name}`);
  item.append(open, remove);
  return item;
}

function open(id) {
  const { kept } = stored(PREFIX + id, {});
  if (!kept || id === current()) return;
  const sent = trimmed(kept);
  setOpening([...opening(), { id, questions: questionsOf(sent) }]);
  leaving = false;
  sessionStorage.setItem("askvisit-kept", sent);
  document.dispatchEvent(new CustomEvent("askvisit:opening"));
  trigger("reopen");
}

// One could not be opened: what comes next belongs to the conversation that was to be left.
function notOpened() {
  const { kept } = stored(PREFIX + current(), {});
  setOpening(opening().slice(0, -1));
  sessionStorage.setItem("askvisit-kept", kept ? trimmed(kept) : "[]");
}

function remove(id) {
  deleted = { id, isCurrent: id === current(), conversation: stored(PREFIX + id, {}) };
  forget(PREFIX + id);
  markOpening(id, true);
  if (deleted.isCurrent) beginAnew();
  show();
  const undo = document.createElement("button");
  Object.assign(undo, { type: "button", className: "quiet", textContent: "Undo" });
  undo.dataset.undelete = "";
  deletedNote.replaceChildren(`Deleted “${deleted.conversation.name.slice(0, 60)}”. `, undo);
  undo.focus();
}

function undelete() {
  const { id, isCurrent, conversation } = deleted;
  write(id, conversation);
  markOpening(id, false);
  deleted = null;
  deletedNote.replaceChildren();
  show();
  list.querySelector(`[data-open="${id}"]`).focus();
  if (isCurrent && sessionStorage.getItem("askvisit-kept") === "[]") open(id);
}

function markOpening(id, deleted) {
  setOpening(opening().map((one) => (one.id === id ? { ...one, deleted } : one)));
}

function beginAnew() {
  leaving = true;
  setOpening([]);
  trigger("new");
}

element.addEventListener("click", (event) => {
  const { open: id, delete: gone, undelete: back } = event.target.closest("button")?.dataset || {};
  if (id !== undefined) {
    list.hidePopover();
    open(id);
  } else if (gone !== undefined) remove(gone);
  else if (back !== undefined) undelete();
});
list.addEventListener("toggle", (event) => {
  if (event.newState === "open") show();
  else deletedNote.replaceChildren();
});
document.addEventListener("askvisit:notopened", notOpened, listening);
document.addEventListener("askvisit:kept", (event) => keep(event.detail), listening);
