// The head of the page.
element.addEventListener("click", (event) => {
  const save = event.target.closest("[data-export]");
  if (save) {
    trigger("export", { format: save.dataset.export });
    save.closest("details").open = false;
  }
  if (event.target.closest("[data-new]")) trigger("new");
  // Gradio opens its page about the endpoints from its own button only, which the footer hides.
  if (event.target.closest("[data-api]")) document.querySelector("footer .show-api")?.click();
});
