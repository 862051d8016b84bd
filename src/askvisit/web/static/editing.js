// A question is edited in its place: nothing is lost until the new wording is asked.
element.addEventListener("click", (event) => {
  const edit = event.target.closest("[data-edit]");
  if (edit && !waiting()) editInPlace(edit.closest(".turn"));
});

function editInPlace(turn) {
  const asked = turn.querySelector(".asked");
  if (turn.querySelector(".editing")) return;
  const form = document.createElement("form");
  form.className = "editing";
  form.innerHTML =
    '<textarea rows="2" aria-label="New wording"></textarea>' +
    '<p class="note"></p>' +
    '<button type="submit" class="send">Ask</button>' +
    '<button type="button" class="quiet" data-cancel>Cancel</button>';
  const field = form.querySelector("textarea");
  field.value = asked.querySelector(".message.user p").innerText;
  const later = element.querySelectorAll(".turn:not(.pending)").length - 1 - numberInLog(turn);
  if (later > 0)
    form.querySelector("p").textContent =
      later === 1 ? "The question after it will be undone." : `The ${later} questions after it will be undone.`;
  const close = () => {
    form.remove();
    asked.hidden = false;
    asked.querySelector("[data-edit]").focus();
  };
  const send = () => {
    if (!field.value.trim() || waiting()) return;
    const question = field.value;
    const number = Number(turn.dataset.turn);
    const of = turnsShown();
    for (const after of [...element.querySelectorAll(".turn")].slice(numberInLog(turn)))
      after.remove();
    showQuestion(question);
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
  asked.hidden = true;
  asked.after(form);
  field.focus();
  field.select();
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
