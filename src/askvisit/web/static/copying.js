// Copies an answer, a reference or a link.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.copy !== undefined) copied(button, button.dataset.copy);
  else if (button?.dataset.link !== undefined)
    copied(button, button.closest("li").querySelector("a.cite").href);
});
