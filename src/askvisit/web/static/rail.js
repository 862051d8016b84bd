// The sources beside the conversation: a rail on wide windows, a drawer on narrow ones. Owns #sources.
import { all, hear, one } from "./dom.js";
import { store, stored } from "./storage.js";

const drawer = matchMedia("(max-width: 1099px)");
const page = document.documentElement;
const rail = one("#sources");
const beside = all("#top, #talk, #reading");
const toggle = one("#top [data-sources]");
const isShown = () => rail.getClientRects().length > 0;
let openedBy = null; // what the focus goes back to

// Says to the style sheet what was wished for; without a wish, several sources are shown.
function wish(shown) {
  if (shown === null) delete page.dataset.sources;
  else page.dataset.sources = shown ? "open" : "closed";
  const isOpenDrawer = drawer.matches && shown === true;
  for (const part of beside) part.inert = isOpenDrawer;
  for (const [name, value] of Object.entries({ role: "dialog", "aria-modal": "true", "aria-label": "Sources" }))
    isOpenDrawer ? rail.setAttribute(name, value) : rail.removeAttribute(name);
  tell();
}

const tell = () => toggle.setAttribute("aria-expanded", String(isShown()));

function showRail(by) {
  openedBy = by;
  if (!drawer.matches) store("sources", true);
  wish(true);
  (one("[data-filter]", rail) || one("[data-choose]", rail))?.focus();
}

function hideRail() {
  if (!drawer.matches) store("sources", false);
  wish(false);
  (openedBy?.isConnected ? openedBy : toggle).focus();
}

// The focus goes on to the tab that "Add" clicks for the user. "Read" gives it up: the article takes it.
function leaveFor(part) {
  wish(false);
  part ? part.focus() : document.activeElement.blur();
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("button[data-sources]");
  if (pressed) return pressed === toggle && isShown() ? hideRail() : showRail(pressed);
  const isOpenDrawer = drawer.matches && isShown();
  // Who works in the rail keeps it, also where a single source is left.
  if (!drawer.matches && !page.dataset.sources && event.target.closest?.("#sources")) wish(true);
  const isOutside = isOpenDrawer && !event.target.closest?.("#sources, dialog");
  const read = event.target.closest?.("#sources [data-read]");
  if (isOutside && !event.isTrusted) leaveFor(event.target);
  else if (event.target.closest?.("[data-hide]") || isOutside) hideRail();
  else if (isOpenDrawer && read) leaveFor(null);
});
document.addEventListener(
  "keydown",
  ({ key, target }) => key === "Escape" && drawer.matches && isShown() && !target.closest("dialog") && hideRail(),
);

// A drawer is closed until it is asked for; a rail is as it was left.
const begin = () => wish(drawer.matches ? null : stored("sources", null));
drawer.addEventListener("change", begin);
begin();
hear("drawn", tell);
