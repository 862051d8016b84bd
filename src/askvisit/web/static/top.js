// The head of the page.
const menu = () => element.querySelector("details[open]");
const help = () => element.querySelector("dialog");
if (window.askvisitTop) window.askvisitTop.abort();
window.askvisitTop = new AbortController();
const listening = { signal: window.askvisitTop.signal };

element.addEventListener("click", (event) => {
  const save = event.target.closest("[data-export]");
  if (save) {
    save.closest("details").open = false;
    if (document.querySelector("#chat .inspector")) trigger("export", { format: save.dataset.export });
    else say("There is nothing to export yet.");
  }
  if (event.target.closest("[data-new]")) beginAnew();
  if (event.target.closest("[data-api]")) openHelp();
  if (event.target.closest("[data-close]") || event.target === help()) help().close();
});

// The way back closes the help on programs, as one expects of a page.
function openHelp() {
  help().querySelector("[data-address]").textContent = location.origin + location.pathname;
  help().showModal();
  history.pushState({ askvisit: "help" }, "");
}
help().addEventListener("close", () => history.state?.askvisit === "help" && history.back());
window.addEventListener("popstate", () => help()?.open && help().close(), listening);

function say(words) {
  const said = element.querySelector(".said");
  said.textContent = words;
  setTimeout(() => (said.textContent = ""), 4000);
}

const away = (event) => {
  const open = menu();
  if (open && (event.key === "Escape" || (event.type === "click" && !open.contains(event.target))))
    open.open = false;
};
for (const type of ["click", "keydown"]) document.addEventListener(type, away, listening);
