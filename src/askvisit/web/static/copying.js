// Copies an answer, a reference or a link, and says on the button that it is done.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy !== undefined) copied(button, button.dataset.copy);
  else if (button?.dataset.link !== undefined)
    copied(button, button.closest("li").querySelector("a.cite").href);
});

async function copied(button, text) {
  const isIcon = button.classList.contains("tool");
  const label = (button.dataset.label ||= isIcon ? button.title : button.textContent);
  const say = (words) => {
    if (!isIcon) return (button.textContent = words);
    button.setAttribute("aria-label", words);
    button.title = words;
    button.classList.toggle("done", words !== label);
  };
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = copyOldWay(text); // the clipboard is closed to pages without https
  }
  say(done ? "Copied" : "Not copied");
  setTimeout(() => say(label), 1500);
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
