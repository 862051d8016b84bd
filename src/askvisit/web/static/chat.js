// The conversation: a click asks, guesses, edits, takes back or copies; the newest turn stays in sight.
const log = () => element.querySelector(".log");
const box = () => document.querySelector("#question textarea");

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { ask, guess, edit, undo, copy, feedback } = button.dataset;
  if (ask !== undefined) trigger("ask", { question: ask });
  else if (guess !== undefined) trigger("guess", { turn: Number(guess) });
  else if (feedback !== undefined)
    trigger("feedback", { turn: Number(button.closest(".turn").dataset.turn), said: feedback });
  else if (undo !== undefined) trigger("undo", { turn: Number(undo) });
  else if (edit !== undefined) {
    trigger("edit", { turn: Number(edit) });
    box()?.focus();
  } else if (copy !== undefined) copied(button, copy);
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

watch("value", () => {
  const turns = element.querySelectorAll(".turn");
  const last = turns[turns.length - 1];
  if (!last) return;
  log().scrollTop += last.getBoundingClientRect().top - log().getBoundingClientRect().top - 8;
});

// On a phone the keyboard would cover the suggestions.
if (matchMedia("(min-width: 761px)").matches) setTimeout(() => box()?.focus({ preventScroll: true }));
