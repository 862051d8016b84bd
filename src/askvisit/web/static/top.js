// The head of the page: a new conversation, the export, and the help for programs. Owns #top.
import { all, one, tell } from "./dom.js";
import { begin, kept } from "./conversation.js";
import { post } from "./server.js";
import { saveFile } from "./storage.js";

const top = one("#top");
const menu = () => one("details.menu[open]", top);
const help = one("dialog", top);

top.addEventListener("click", (event) => {
  const save = event.target.closest("[data-export]");
  if (event.target.closest(".menu button")) closeMenu(menu());
  if (save) exportAs(save.dataset.export);
  if (event.target.closest("[data-new]")) begin();
  if (event.target.closest("[data-api]")) openHelp();
  if (event.target.closest("[data-close]") || event.target === help) help.close();
});

async function exportAs(form) {
  const turns = kept().filter(({ answer }) => answer);
  if (!turns.length) return sayInHead("There is nothing to export yet.");
  try {
    saveFile(await post("export", { form, turns }));
  } catch {
    sayInHead("The export failed. Please try again in a moment.");
  }
}

// The way back closes the help on programs, as one expects of a page.
function openHelp() {
  for (const address of all("[data-address]", help)) address.textContent = location.origin + location.pathname;
  help.showModal();
  history.pushState({ askvisit: "help" }, "");
  tell("helping");
}
help.addEventListener("close", () => history.state?.askvisit === "help" && history.back());
window.addEventListener("popstate", () => help.open && help.close());

function sayInHead(words) {
  const said = one(".said", top);
  said.textContent = words;
  setTimeout(() => (said.textContent = ""), 4000);
}

// What has the focus in the menu would be hidden with it.
function closeMenu(open) {
  if (open.contains(document.activeElement)) one("summary", open).focus();
  open.open = false;
}

const away = (event) => {
  const open = menu();
  if (open && (event.key === "Escape" || (event.type === "click" && !open.contains(event.target)))) closeMenu(open);
};
for (const type of ["click", "keydown"]) document.addEventListener(type, away);
// Who tabs on leaves the menu, which would cover what comes next.
one("details.menu", top).addEventListener("focusout", ({ currentTarget, relatedTarget }) => {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) currentTarget.open = false;
});
