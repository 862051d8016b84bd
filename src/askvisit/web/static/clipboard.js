// Copies a text, and says on a button what became of it.
async function copied(button, text) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyOldWay(text); // the clipboard is closed to pages without https
  }
  sayOn(button, done ? "Copied" : "Could not copy");
}

// A button tells for a moment what was done, also to a screen reader, then bears its own name again.
function sayOn(button, words) {
  const isIcon = button.classList.contains("tool");
  const label = (button.dataset.label ||= isIcon ? button.title : button.textContent);
  const show = (shown) => {
    if (!isIcon) return (button.textContent = shown);
    button.setAttribute("aria-label", shown);
    button.title = shown;
    button.classList.toggle("done", shown !== label);
  };
  show(words);
  document.dispatchEvent(new CustomEvent("askvisit:say", { detail: words }));
  setTimeout(() => show(label), 1500);
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
