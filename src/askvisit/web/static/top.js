// The head of the page: a new conversation, the export, and the help for programs. Owns #top.
import { all, one, tell } from "./dom.js";
import { begin, kept } from "./conversation.js";
import { post } from "./server.js";
import { saveFile } from "./storage.js";

const top = one("#top");
const menu = one("#menu");
const help = one("dialog", top);

top.addEventListener("click", (event) => {
  const save = event.target.closest("[data-export]");
  if (event.target.closest("#menu button")) menu.hidePopover();
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

// Who tabs on leaves the menu, which would cover what comes next.
menu.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !menu.contains(relatedTarget)) menu.hidePopover();
});
