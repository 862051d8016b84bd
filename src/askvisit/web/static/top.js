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

const menu = () => element.querySelector("details[open]");
if (window.askvisitTop) window.askvisitTop.abort();
window.askvisitTop = new AbortController();
const away = (event) => {
  const open = menu();
  if (open && (event.key === "Escape" || (event.type === "click" && !open.contains(event.target))))
    open.open = false;
};
for (const type of ["click", "keydown"])
  document.addEventListener(type, away, { signal: window.askvisitTop.signal });
