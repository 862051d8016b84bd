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
const opening = () => JSON.parse(askvisitSession.get("opening") || "[]");
const setOpening = (waited) => askvisitSession.set("opening", JSON.stringify(waited));

const current = () => askvisitSession.get("conversation");
const written = () => askvisitSession.get("written"); // by this tab, the last time
// How many of those questions stand before the ones on the page: of a long conversation only the last
// ones are asked again.
const before = () => Number(askvisitSession.get("before"));
const itemsOf = (kept) => JSON.parse(kept || "[]");
const questionsOf = (kept) => itemsOf(kept).map(([question]) => question);

function goOnWith(id, kept, notShown = 0) {
  askvisitSession.set("conversation", id);
  askvisitSession.set("written", kept);
  askvisitSession.set("before", String(notShown));
}

function conversations() {
  const all = namesStored(PREFIX).map((name) => ({ id: name.slice(PREFIX.length), ...stored(name, {}) }));
  return all.filter((one) => one.kept).sort((one, other) => other.at - one.at);
}

// The conversation on the page changed. What comes late still belongs to the one that is left.
function keep(kept) {
  const questions = questionsOf(kept);
  const waited = opening();
  const arrived = waited.findLastIndex((one) => isSame(one.questions, questions));
  const gone = waited[arrived]?.deleted;
  if (arrived >= 0) {
    const { id } = waited[arrived];
    goOnWith(id, stored(PREFIX + id, {}).kept || "");
    setOpening(waited.slice(arrived + 1));
  }
  if (!questions.length) {
    const left = !leaving && !waited.length && isOurs() ? takeBack() : "";
    goOnWith(left ? current() : "", left, left ? before() : 0); // "Restore" goes on with what is left
    leaving = false;
  } else if (!gone) keepWhole(kept, questions);
  if (gone && arrived === waited.length - 1) beginAnew();
  show();
}

// Keeps what is on the page, with what stands before it. Opening a conversation changes nothing in it.
function keepWhole(kept, questions) {
  leaveOut(questions);
  const whole = withWhatIsBefore(kept);
  if (isSame(inFull(whole), inFull(written()))) return;
  const all = questionsOf(whole);
  const id = isOurs() ? current() : crypto.getRandomValues(new Uint32Array(2)).join("-");
  const { name } = stored(PREFIX + id, {});
  const first = all.length < FULL || !name ? all[0].slice(0, 200) : name;
  write(id, { name: first, kept: whole, at: Date.now() });
  goOnWith(id, whole, all.length - questions.length);
}

// A server that had to ask the questions again knows only those that it was sent.
function leaveOut(questions) {
  const shown = JSON.stringify(withoutFirst(itemsOf(written()), before()));
  const [known, sent] = [questionsOf(shown), questionsOf(trimmed(shown))];
  if (sharedStart(questions, sent) <= sharedStart(questions, known)) return;
  askvisitSession.set("before", String(before() + known.length - sent.length));
}

function withWhatIsBefore(kept) {
  if (!before()) return kept;
  const all = [...itemsOf(written()).slice(0, before()), ...itemsOf(kept)];
  return JSON.stringify(withoutFirst(all, Math.max(all.length - FULL, 0)));
}

// All that is on the page was undone. Returns what stands before it.
function takeBack() {
  const id = PREFIX + current();
  if (!before()) {
    forget(id);
    return "";
  }
  const kept = JSON.stringify(itemsOf(written()).slice(0, before()));
  write(current(), { ...stored(id, {}), kept });
  return kept;
}

// Each question with its articles, so that it can be compared.
function inFull(kept) {
  const items = itemsOf(kept);
  return items.map((_, n) => withoutFirst(items, n)[0]);
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function sharedStart(one, other) {
  const end = one.findIndex((question, n) => question !== other[n]);
  return end < 0 ? one.length : end;
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
  askvisitSession.set("kept", sent);
  document.dispatchEvent(new CustomEvent("askvisit:opening"));
  trigger("reopen");
}

// One could not be opened: what comes next belongs to the conversation that was to be left.
function notOpened() {
  const { kept } = stored(PREFIX + current(), {});
  setOpening(opening().slice(0, -1));
  const shown = withoutFirst(itemsOf(kept), before());
  askvisitSession.set("kept", trimmed(JSON.stringify(shown)));
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
  if (isCurrent && askvisitSession.get("kept") === "[]") open(id);
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
