// Copies an answer, a reference or a link, and says on its button what became of it.
import { element, one } from "./dom.js";
import { say } from "./announcing.js";

export async function copied(button, text) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyOldWay(text); // the clipboard is closed to pages without https
  }
  sayOn(button, done ? "Copied" : "Could not copy");
}

// A button tells for a moment what was done, also to a screen reader, then bears its own name again.
export function sayOn(button, words) {
  const isIcon = button.classList.contains("tool");
  const label = (button.dataset.label ||= isIcon ? button.title : button.textContent);
  const show = (shown) => {
    if (!isIcon) return (button.textContent = shown);
    button.setAttribute("aria-label", shown);
    button.title = shown;
    button.classList.toggle("done", shown !== label);
  };
  show(words);
  say(words);
  setTimeout(() => show(label), 1500);
}

function copyOldWay(text) {
  const field = element("textarea", { value: text, className: "unseen" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

one("#chat").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy !== undefined) copied(button, button.dataset.copy);
  else if (button?.dataset.link !== undefined) copied(button, one("a.cite", button.closest("li")).href);
});
