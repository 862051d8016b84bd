// The tabs beside the conversation. Owns which one is shown; each has a button and a panel.
import { all, one, tell } from "./dom.js";

const tabs = all("#reading [role=tab]");
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));

export const tabNamed = (name) => tabs.find((tab) => tab.textContent.trim() === name);

export function showTab(name) {
  const chosen = tabNamed(name);
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
    panelOf(tab).hidden = tab !== chosen;
  }
  tell("tab", name);
}

one("#reading .tab-list").addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) showTab(tab.textContent.trim());
});
one("#reading .tab-list").addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const next = tabs[(tabs.indexOf(event.target) + by + tabs.length) % tabs.length];
  showTab(next.textContent.trim());
  next.focus();
});
