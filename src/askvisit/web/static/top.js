// The head of the page.
element.addEventListener("click", (event) => {
  if (event.target.closest("[data-new]")) trigger("new");
});
