// A question is edited in its place: nothing is lost until the new wording is answered. Owns the forms.
import { all, element, hear, one } from "./dom.js";
import { edit, isAsking, turnOf } from "./conversation.js";
import { box } from "./box.js";

one("#chat").addEventListener("click", (event) => {
  const button = event.target.closest("[data-edit]");
  if (button && !isAsking()) editInPlace(button.closest(".turn"));
});

function editInPlace(node) {
  if (one(".editing", node)) return;
  const turn = turnOf(node);
  const [asked, field] = [one(".asked", node), element("textarea", { rows: 2, value: turn.data.question })];
  field.setAttribute("aria-label", "New wording");
  const cancel = element("button", { type: "button", className: "quiet", textContent: "Cancel" });
  const form = element(
    "form",
    { className: "editing" },
    field,
    element("p", { className: "note" }),
    element("button", { type: "submit", className: "send", textContent: "Ask" }),
    cancel,
  );
  const close = () => {
    form.remove();
    asked.hidden = false;
    one("[data-edit]", asked).focus();
  };
  const failed = (words) => {
    const problem = one(".problem", form) || element("p", { className: "problem" });
    problem.textContent = words;
    form.prepend(problem);
    if (document.activeElement === document.body || (document.activeElement === box && !box.value)) field.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    edit(turnOf(node), field.value, failed);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) form.requestSubmit();
    else return;
    event.preventDefault();
  });
  cancel.addEventListener("click", close);
  asked.hidden = true;
  asked.after(form);
  countLater();
  field.focus();
  field.select();
}

// How many questions a new wording undoes changes while it is being typed.
function countLater() {
  const turns = all("#chat .turn:not(.pending)");
  for (const form of all("#chat .editing")) {
    const later = turns.length - 1 - turns.indexOf(form.closest(".turn"));
    const are = later === 1 ? "The question after it" : `The ${later} questions after it`;
    one(".note", form).textContent = later > 0 ? `${are} will be undone.` : "";
  }
}
hear("drawn", countLater);
