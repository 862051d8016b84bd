// The head of the page.
const menu = () => element.querySelector("details[open]");
const help = () => element.querySelector("dialog");
if (window.askvisitTop) window.askvisitTop.abort();
window.askvisitTop = new AbortController();
const listening = { signal: window.askvisitTop.signal };

element.addEventListener("click", (event) => {
  const save = event.target.closest("[data-export]");
  if (save) {
    closeMenu(save.closest("details"));
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
  document.dispatchEvent(new CustomEvent("askvisit:helping"));
}
help().addEventListener("close", () => history.state?.askvisit === "help" && history.back());
window.addEventListener("popstate", () => help()?.open && help().close(), listening);

function say(words) {
  const said = element.querySelector(".said");
  said.textContent = words;
  setTimeout(() => (said.textContent = ""), 4000);
}

// What has the focus in the menu would be hidden with it.
function closeMenu(open) {
  if (open.contains(document.activeElement)) open.querySelector("summary").focus();
  open.open = false;
}

const away = (event) => {
  const open = menu();
  if (open && (event.key === "Escape" || (event.type === "click" && !open.contains(event.target))))
    closeMenu(open);
};
for (const type of ["click", "keydown"]) document.addEventListener(type, away, listening);
