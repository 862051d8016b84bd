// A question is edited in its place: nothing is lost until the new wording is answered.
const forms = new Set(); // those that are open, each with the number and the words of its question
let typingIn = null; // the form that was clicked or tabbed to last
let sent = null; // the form that waits for its answer, the turn it became, and what takes that back

element.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]");
  if (edit && !waiting()) editInPlace(edit.closest(".turn"));
});

function editInPlace(turn) {
  if (turn.querySelector(".editing")) return;
  const form = document.createElement("form");
  form.className = "editing";
  form.innerHTML =
    '<textarea rows="2" aria-label="New wording"></textarea>' +
    '<p class="note"></p>' +
    '<button type="submit" class="send">Ask</button>' +
    '<button type="button" class="quiet" data-cancel>Cancel</button>';
  const field = form.querySelector("textarea");
  field.value = turn.querySelector(".message.user p").innerText;
  Object.assign(form.dataset, { number: turn.dataset.turn, question: questionOf(turn) });
  const close = () => {
    const asked = form.previousElementSibling;
    forms.delete(form);
    form.remove();
    asked.hidden = false;
    asked.querySelector("[data-edit]").focus();
  };
  const send = () => {
    if (!field.value.trim() || waiting()) return;
    const question = field.value;
    const number = Number(form.dataset.number);
    const of = turnsShown();
    const takeBack = asItIs();
    const turns = [...element.querySelectorAll(".turn")];
    for (const after of turns.slice(numberInLog(form.closest(".turn")))) after.remove();
    sent = { form, turn: showQuestion(question), takeBack };
    focusOnNext();
    trigger("edit", { turn: number, of, question });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) send();
    else return;
    event.preventDefault();
  });
  form.querySelector("[data-cancel]").addEventListener("click", close);
  forms.add(form);
  putForm(form, turn);
  field.focus();
  field.select();
}

function putForm(form, turn) {
  const asked = turn.querySelector(".asked");
  asked.hidden = true;
  asked.after(form);
  const later = element.querySelectorAll(".turn:not(.pending)").length - 1 - numberInLog(turn);
  const are = later === 1 ? "The question after it" : `The ${later} questions after it`;
  form.querySelector(".note").textContent = later > 0 ? `${are} will be undone.` : "";
}

// The log was written anew, without forms: one whose question still stands there is opened again.
function reopenForms() {
  forms.delete(sent?.form);
  sent = null;
  for (const form of forms) {
    const turn = element.querySelector(`[data-turn="${form.dataset.number}"]`);
    if (turn && questionOf(turn) === form.dataset.question) putForm(form, turn);
    else forms.delete(form);
  }
  if (forms.has(typingIn) && document.activeElement === document.body)
    typingIn.querySelector("textarea").focus({ preventScroll: true });
}

// No answer came: the questions that were undone are there again, and the form with its wording.
function editAgain(words) {
  const { form, takeBack } = sent;
  sent = null;
  takeBack();
  const problem = form.querySelector(".problem") || document.createElement("p");
  Object.assign(problem, { className: "problem", textContent: words });
  form.prepend(problem);
  if (document.activeElement === box() && !box().value) form.querySelector("textarea").focus();
}

for (const type of ["focusin", "pointerdown"])
  document.addEventListener(type, (event) => (typingIn = event.target.closest?.(".editing")), listening);

function questionOf(turn) {
  return turn.querySelector(".message.user p").textContent;
}

function numberInLog(turn) {
  return [...element.querySelectorAll(".turn")].indexOf(turn);
}

// Arrow up in the empty box fetches the newest question; "/" and Ctrl+K go to the box.
document.addEventListener(
  "keydown",
  (event) => {
    const isCtrlK = event.key === "k" && (event.ctrlKey || event.metaKey);
    const typing = event.target.closest?.("input, textarea, select");
    if (isCtrlK || (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey)) {
      event.preventDefault();
      box().focus();
      return;
    }
    if (event.key !== "ArrowUp" || event.target !== box() || box().value) return;
    const newest = [...element.querySelectorAll(".message.user p")].at(-1);
    if (!newest) return;
    event.preventDefault();
    putIntoBox(newest.innerText);
  },
  listening,
);
