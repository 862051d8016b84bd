// A question is edited in its place: nothing is lost until the new wording is answered. Owns the forms.
import { all, button, element, hear, one } from "./dom.js";
import { edit, isAsking, turnOf } from "./conversation.js";
import { box } from "./box.js";

let asked = null; // the form whose wording is being asked, and how to put it away

one("#chat").addEventListener("click", ({ target }) => {
  if (target.closest("[data-edit]") && !isAsking()) editInPlace(target.closest(".turn"));
});

function editInPlace(node) {
  if (one(".editing", node)) return;
  const bubble = one(".asked", node);
  const field = element("textarea", { rows: 2, value: turnOf(node).data.question, ariaLabel: "New wording" });
  const cancel = button("Cancel");
  const form = element(
    "form",
    { className: "editing" },
    field,
    element("p", { className: "note" }),
    button("Ask", {}, { type: "submit", className: "send" }),
    cancel,
  );
  const putAway = () => {
    form.remove();
    bubble.hidden = false;
  };
  const close = () => {
    putAway();
    one("[data-edit]", bubble).focus();
  };
  const failed = (words) => {
    asked = null;
    const problem = one(".problem", form) || element("p", { className: "problem" });
    problem.textContent = words;
    form.prepend(problem);
    if (document.activeElement === document.body || (document.activeElement === box && !box.value)) field.focus();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (edit(turnOf(node), field.value, failed)) asked = { field, putAway };
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && event.target === field) form.requestSubmit();
    else return;
    event.preventDefault();
  });
  cancel.addEventListener("click", close);
  bubble.hidden = true;
  bubble.after(form);
  countLater();
  field.focus();
  field.select();
}

// Once a wording is answered, its turn shows no form when it is restored.
hear("asking", () => (asked = null));
hear("answered", () => asked?.putAway());
hear("stopped", () => {
  asked?.field.focus();
  asked = null;
});

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
