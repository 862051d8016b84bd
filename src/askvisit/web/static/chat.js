// The conversation: a question is shown at once, and its answer takes its place.
const PATIENCE = 60_000; // milliseconds until a missing answer is spoken of
const AGAIN = "No answer came. The server may be busy or down: please ask again.";
// Of a server that ended while it answered, Gradio's page waits for every later answer too.
const RELOAD = "No answer came. The server may be busy or down: please reload the page, and ask again.";
const log = () => element.querySelector(".log");
const box = () => document.querySelector("#question textarea");
const waiting = () => element.querySelector(".waiting:not(.late)");
const opening = () => element.querySelector(".log > .waiting"); // it stands there for a conversation
const turnsShown = () => element.querySelectorAll("[data-turn]").length; // the server may know fewer
const kept = () => element.querySelector("[data-kept]")?.dataset.kept;
let keptBefore = kept();
let scrolled = 0; // where the log stood before it was written anew
let clicked = false; // whether the focus was on something that the next log does not have
let patience = 0; // the timer of the question that is being answered
let putBack = null; // what brings back the conversation that is left while another one is opened
const removed = new Set(); // ids of articles that are quoted, and gone

if (window.askvisitChat) window.askvisitChat.abort();
window.askvisitChat = new AbortController();
const listening = { signal: window.askvisitChat.signal };

// Shows the question with a note that it is being answered; the answer takes the place of both.
// Returns the turn.
function showQuestion(question) {
  if (!question.trim()) return;
  const turn = document.createElement("section");
  turn.className = "turn pending";
  turn.innerHTML =
    '<div class="asked"><div class="message user"><p dir="auto"></p></div></div>' +
    '<div class="message bot waiting"><p>Searching the articles… ' +
    '<button type="button" class="quiet" data-stop>Stop</button></p></div>';
  turn.querySelector("p").innerText = question.slice(0, 2000);
  const lost = document.activeElement?.closest(".suggested, .offered, .source-names");
  document.dispatchEvent(new CustomEvent("askvisit:asking"));
  const past = ".welcome, .suggested, .undone, .log > .late";
  for (const part of element.querySelectorAll(past)) part.remove();
  askvisitSession.set("asked", question);
  log().append(turn);
  if (lost) focusOnNext();
  showNewest();
  clearTimeout(patience);
  patience = setTimeout(() => turn.isConnected && noAnswer(RELOAD), PATIENCE);
  return turn;
}

// No answer came, at once (too many people ask) or after a long time: the question goes back.
function noAnswer(words = AGAIN) {
  const missing = waiting();
  const turn = missing?.closest(".turn");
  if (!turn) return; // nothing was asked
  giveUp(missing, words);
  if (turn === sent?.turn) editAgain(words);
  else if (!box().value) putIntoBox(askvisitSession.get("asked"));
}
window.askvisitFailed = noAnswer;

function giveUp(note, words) {
  note.classList.add("late");
  note.querySelector("p").textContent = words;
  say(words);
}

// Returns what puts the log back as it is now.
function asItIs() {
  const parts = element.querySelectorAll(".log > :not(.late)");
  const at = log().scrollTop;
  return () => {
    log().replaceChildren(...parts);
    log().scrollTop = at;
    markRemoved();
  };
}

function putIntoBox(question) {
  box().value = question;
  box().dispatchEvent(new Event("input"));
}

// The box is where one goes on; on a phone its keyboard would cover the answer.
function focusOnNext() {
  const next = matchMedia("(pointer: coarse)").matches ? log() : box();
  next?.focus({ preventScroll: true });
}

function showNewest() {
  const last = [...element.querySelectorAll(".turn")].at(-1);
  if (!last) return;
  log().scrollTop += last.getBoundingClientRect().top - log().getBoundingClientRect().top - 8;
}

window.askvisitAsked = (question) => {
  showQuestion(question);
  putIntoBox("");
  return question;
};

// A question that was clicked, here or beside the conversation.
function ask(question) {
  if (waiting()) return;
  showQuestion(question);
  trigger("ask", { question });
}
document.addEventListener("askvisit:ask", (event) => ask(event.detail), listening);

// Words of the article become a question that is still to be sent, or part of the one in the box.
const SHORT = 8; // words
document.addEventListener(
  "askvisit:draft",
  (event) => {
    const words = event.detail.replace(/\s+/g, " ").trim();
    const isShort = words.split(" ").length <= SHORT;
    const question = isShort ? `What does it say about ${words.replace(/[.,;:!?]+$/, "")}?` : words;
    putIntoBox(box().value.trim() ? `${box().value.trim()} “${words}”` : question);
    box().focus();
    box().scrollIntoView({ block: "nearest" });
  },
  listening,
);

// Another conversation is on its way: its questions are asked again.
document.addEventListener(
  "askvisit:opening",
  () => {
    if (!opening()) putBack = asItIs();
    const note = document.createElement("div");
    note.className = "message bot waiting";
    note.innerHTML = "<p>Asking the questions of this conversation again…</p>";
    log().replaceChildren(note);
    askvisitSession.set("asked", "");
    focusOnNext();
  },
  listening,
);

document.addEventListener(
  "askvisit:notopened",
  () => {
    const note = opening();
    if (!note) return; // a new one was begun
    putBack();
    giveUp(note, "The conversation could not be opened. Open it again in a moment.");
    log().append(note);
    log().scrollTop = log().scrollHeight;
  },
  listening,
);

// One question at a time: the box keeps the next one until the answer is there.
function holdBack(event) {
  const sends = event.type === "click" ? "button" : "textarea";
  const inBox = event.target.closest?.(`#question ${sends}`);
  if (!inBox || (event.type !== "click" && (event.key !== "Enter" || event.shiftKey))) return;
  if (!waiting()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
for (const type of ["click", "keydown", "keypress"])
  document.addEventListener(type, holdBack, { ...listening, capture: true });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { ask: question, guess, typed, undo, feedback, restore, stop } = button.dataset;
  if (question !== undefined) return ask(question);
  const of = turnsShown();
  if (stop !== undefined) {
    if (!box().value) putIntoBox(askvisitSession.get("asked"));
    trigger("stop");
  } else if (undo !== undefined) trigger("undo", { turn: Number(undo), of });
  else if (restore !== undefined) trigger("restore");
  else if (waiting()) return; // the answer that is on its way would be lost
  else if (guess !== undefined) trigger("guess", { turn: Number(guess), of });
  else if (typed !== undefined) trigger("typed", { turn: Number(typed), of });
  else if (feedback !== undefined)
    trigger("feedback", { turn: Number(button.closest(".turn").dataset.turn), of, said: feedback });
  else return;
  clicked = true;
});

// What the inspector shows is asked for when it is opened; the server needs the question once more.
element.addEventListener("click", (event) => {
  const summary = event.target.closest("summary[data-inspect]");
  if (!summary) return;
  const shown = summary.nextElementSibling;
  if (summary.parentElement.open || shown.innerHTML) return;
  shown.innerHTML = '<p class="note searching">Searching again…</p>';
  trigger("inspect", { turn: Number(summary.dataset.inspect), of: turnsShown() });
});

// Where that failed, because the server is busy or gone, the next click asks again.
document.addEventListener(
  "askvisit:notinspected",
  () => {
    for (const shown of element.querySelectorAll(".inspected:has(.searching)")) {
      shown.replaceChildren();
      shown.parentElement.open = false;
    }
  },
  listening,
);

element.addEventListener("scroll", () => (scrolled = log().scrollTop), true);

// An article was removed: what was quoted from it stays, but says so, in each later log too.
document.addEventListener(
  "askvisit:removed",
  (event) => {
    removed.add(event.detail);
    markRemoved();
  },
  listening,
);
document.addEventListener("askvisit:added", (event) => removed.delete(event.detail.article), listening);

function markRemoved() {
  for (const link of element.querySelectorAll(".turn a.cite:not(.near, .row)")) {
    const item = link.closest("li");
    const gone = removed.has(new URL(link.href).searchParams.get("article"));
    if (!gone || item.querySelector(".gone")) continue;
    const note = document.createElement("p");
    note.className = "gone problem";
    note.textContent = "This article has since been removed.";
    item.append(note);
  }
}

// Of a question that was too long, the log shows only the beginning.
function keepTooLong(turn) {
  const asked = askvisitSession.get("asked");
  const isCut = turn?.querySelector(".message.user p").innerText.length < asked.length;
  if (isCut && turn.querySelector(".message.bot > .problem") && !box().value) putIntoBox(asked);
}

// The log was written anew: a new answer is scrolled to and read out, otherwise nothing moves.
watch("value", () => {
  clearTimeout(patience);
  const isNew = kept() !== keptBefore;
  keptBefore = kept();
  markRemoved();
  reopenForms();
  if (isNew) showNewest();
  else log().scrollTop = scrolled;
  announce(isNew);
  if (clicked && document.activeElement === document.body) focusOnNext();
  clicked = false;
  askvisitSession.set("kept", trimmed(keptBefore));
  document.dispatchEvent(new CustomEvent("askvisit:kept", { detail: keptBefore }));
  const newest = [...element.querySelectorAll(".turn")].at(-1);
  keepTooLong(newest);
  askvisitSession.set("asked", "");
  const cites = newest?.querySelector(".message.bot a.cite:not(.near)");
  if (isNew && !cites) document.dispatchEvent(new CustomEvent("askvisit:uncited"));
});

// A question whose answer never came, because the page was loaded anew, is put back into the box.
const unanswered = askvisitSession.get("asked");
if (unanswered) setTimeout(() => putIntoBox(unanswered));

// A page that is loaded anew has its conversation in a moment; until then it does not welcome.
const lead = element.querySelector(".welcome");
if (lead && JSON.parse(askvisitSession.get("kept") || "[]").length) {
  const note = document.createElement("p");
  Object.assign(note, { className: "note", textContent: "Asking the questions of this conversation again…" });
  lead.replaceWith(note);
}

// On a phone the keyboard would cover the suggestions.
if (matchMedia("(min-width: 761px)").matches) setTimeout(() => box()?.focus({ preventScroll: true }));
