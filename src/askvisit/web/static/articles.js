// The list of articles: a tick says that questions look in an article, "Read" opens it,
// "Delete it" removes it.
element.addEventListener("change", () => {
  const ticks = [...element.querySelectorAll("[data-choose]:checked")];
  trigger("choose", { articles: ticks.map((tick) => tick.dataset.choose) });
});

element.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove]");
  if (remove) {
    remove.disabled = true;
    remove.textContent = "Deleting …";
    trigger("removal", { article: remove.dataset.remove });
  }
  const button = event.target.closest("[data-read]");
  if (!button) return;
  const detail = { article: button.dataset.read };
  document.dispatchEvent(new CustomEvent("askvisit:read", { detail }));
});
