// The question box: keys, and what is put into it. Owns #question.
import { all, one } from "./dom.js";
import { isOne } from "./scope.js";

export const box = one("#question textarea");
const SHORT = 8; // words

export function putIntoBox(question) {
  box.value = question;
}

// The box is where one goes on; on a phone its keyboard would cover the answer.
export function focusOnNext() {
  const next = matchMedia("(pointer: coarse)").matches ? one("#chat .log") : box;
  next.focus({ preventScroll: true });
}

// Words of the article become a question that is still to be sent, or part of the one in the box.
export function draft(text) {
  const words = text.replace(/\s+/g, " ").trim();
  const isShort = words.split(" ").length <= SHORT;
  const asks = isOne() ? "What does it say about" : "What is said about"; // as suggestions.py
  const question = isShort ? `${asks} ${words.replace(/[.,;:!?]+$/, "")}?` : words;
  putIntoBox(box.value.trim() ? `${box.value.trim()} “${words}”` : question);
  box.focus();
  box.scrollIntoView({ block: "nearest" });
}

// ask: asks a question, and returns whether it is being asked; the box keeps it until then.
export function listen(ask) {
  const send = () => ask(box.value) && putIntoBox("");
  one("#question").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && !box.value) {
      const newest = all("#chat .message.user p").at(-1);
      if (!newest) return;
      event.preventDefault();
      putIntoBox(newest.innerText);
    }
  });
}

// "/" and Ctrl+K go to the box.
document.addEventListener("keydown", (event) => {
  const isCtrlK = event.key === "k" && (event.ctrlKey || event.metaKey);
  const typing = event.target.closest?.("input, textarea, select");
  if (!isCtrlK && (event.key !== "/" || typing || event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  box.focus();
});

// On a phone the keyboard would cover the suggestions.
if (matchMedia("(min-width: 761px)").matches) box.focus({ preventScroll: true });
