// The conversation: a question is shown at once; a click asks, guesses, edits, takes back or copies.
const PATIENCE = 60_000; // milliseconds until a missing answer is spoken of
const MOST_KEPT = 20_000; // characters of a conversation that are sent along with each question
const log = () => element.querySelector(".log");
const box = () => document.querySelector("#question textarea");
const waiting = () => element.querySelector(".waiting:not(.late)");

// Shows the question with a note that it is being answered; the answer takes the place of both.
function showQuestion(question) {
  if (!question.trim()) return;
  const turn = document.createElement("section");
  turn.className = "turn pending";
  turn.innerHTML =
    '<div class="asked"><div class="message user"><p dir="auto"></p></div></div>' +
    '<div class="message bot waiting"><p>Looking in the articles …</p></div>';
  turn.querySelector("p").innerText = question.slice(0, 2000);
  element.querySelector(".welcome, .suggested")?.remove();
  sessionStorage.setItem("askvisit-asked", question);
  log().append(turn);
  showNewest();
  setTimeout(() => turn.isConnected && noAnswer(), PATIENCE);
}

// No answer came, at once (too many people ask) or after a long time: the question goes back.
function noAnswer() {
  const missing = waiting();
  if (!missing) return;
  missing.classList.add("late");
  missing.querySelector("p").textContent =
    "No answer came. The server may be busy or gone: please ask again.";
  if (!box().value) putIntoBox(sessionStorage.getItem("askvisit-asked"));
}
window.askvisitFailed = noAnswer;

function putIntoBox(question) {
  box().value = question;
  box().dispatchEvent(new Event("input"));
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

// One question at a time: the box keeps the next one until the answer is there.
function holdBack(event) {
  const sends = event.type === "click" ? "button" : "textarea";
  const inBox = event.target.closest?.(`#question ${sends}`);
  if (!inBox || (event.type !== "click" && (event.key !== "Enter" || event.shiftKey))) return;
  if (!waiting()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
if (window.askvisitChat) window.askvisitChat.abort();
window.askvisitChat = new AbortController();
for (const type of ["click", "keydown", "keypress"])
  document.addEventListener(type, holdBack, {
    capture: true,
    signal: window.askvisitChat.signal,
  });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { ask, guess, edit, undo, copy, feedback } = button.dataset;
  if (ask !== undefined) {
    if (waiting()) return;
    showQuestion(ask);
    trigger("ask", { question: ask });
  } else if (guess !== undefined) trigger("guess", { turn: Number(guess) });
  else if (feedback !== undefined)
    trigger("feedback", { turn: Number(button.closest(".turn").dataset.turn), said: feedback });
  else if (undo !== undefined) trigger("undo", { turn: Number(undo) });
  else if (edit !== undefined) {
    trigger("edit", { turn: Number(edit) });
    box()?.focus();
  } else if (copy !== undefined) copied(button, copy);
});

// What the inspector shows is asked for when it is opened; the server needs the question once more.
element.addEventListener("click", (event) => {
  const summary = event.target.closest("summary[data-inspect]");
  if (!summary) return;
  const shown = summary.nextElementSibling;
  if (summary.parentElement.open || shown.innerHTML) return;
  shown.innerHTML = '<p class="note">Looking again …</p>';
  trigger("inspect", { turn: Number(summary.dataset.inspect) });
});

async function copied(button, text) {
  const label = button.dataset.label || button.textContent;
  button.dataset.label = label;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyOldWay(text); // the clipboard is closed to pages without https
  }
  button.textContent = done ? "Copied" : "Not copied";
  setTimeout(() => (button.textContent = label), 1500);
}

function copyOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

// What a screen reader says of a new answer.
function readOut() {
  const id = "askvisit-said";
  const said = document.getElementById(id) || document.createElement("div");
  Object.assign(said, { id, className: "unseen", role: "status" });
  document.querySelector(".gradio-container").append(said);
  const answer = [...element.querySelectorAll(".turn .message.bot")].at(-1);
  said.textContent = answer ? answer.innerText.slice(0, 600) : "";
}

watch("value", () => {
  showNewest();
  readOut();
  const kept = element.querySelector("[data-kept]").dataset.kept;
  sessionStorage.setItem("askvisit-kept", kept.length < MOST_KEPT ? kept : "");
  sessionStorage.removeItem("askvisit-asked");
});

// A question whose answer never came, because the page was loaded anew, is put back into the box.
const unanswered = sessionStorage.getItem("askvisit-asked");
if (unanswered) setTimeout(() => putIntoBox(unanswered));

// On a phone the keyboard would cover the suggestions.
if (matchMedia("(min-width: 761px)").matches) setTimeout(() => box()?.focus({ preventScroll: true }));
