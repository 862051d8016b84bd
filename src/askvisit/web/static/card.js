// A card at a citation that is pointed at or tabbed to: the quote between its neighbours. Owns
// #askvisit-card.
import { element, one } from "./dom.js";
import { post } from "./server.js";
import { placeOf } from "./source.js";

const CARD_DELAY = 250; // milliseconds
const card = one("#askvisit-card");
let carded = null; // the citation that the card is about
let soon = 0;

const citationAt = (event) => event.target.closest?.("#chat .message a.cite:not(.near)");

async function showCard(link) {
  carded = link;
  const found = await post("around", placeOf(link)).catch(() => null);
  if (carded !== link || !found) return;
  card.replaceChildren(found.before, " ", element("mark", {}, found.quote), " ", found.after);
  card.hidden = false;
  const at = link.getBoundingClientRect();
  const left = Math.min(Math.max(at.left - 40, 8), innerWidth - card.offsetWidth - 8);
  const quoted = link.closest("blockquote").getBoundingClientRect(); // what is read stays in sight
  const above = quoted.top - card.offsetHeight - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : quoted.bottom + 8}px`;
  link.setAttribute("aria-describedby", card.id);
}

function hideCard() {
  clearTimeout(soon);
  card.hidden = true;
  carded?.removeAttribute("aria-describedby");
  if (carded?.dataset.title) carded.title = carded.dataset.title;
  carded = null;
}

document.addEventListener("pointerover", (event) => {
  const link = citationAt(event);
  if (!link || event.pointerType !== "mouse" || link === carded) return;
  hideCard();
  carded = link;
  link.dataset.title ||= link.title; // the browser's own hint would cover the card
  link.removeAttribute("title");
  soon = setTimeout(() => showCard(link), CARD_DELAY);
});
document.addEventListener("pointerout", (event) => citationAt(event) === carded && carded && hideCard());
document.addEventListener("focusin", (event) => {
  const link = citationAt(event);
  if (link?.matches(":focus-visible")) showCard(link);
  else if (!card.hidden) hideCard();
});
for (const type of ["scroll", "click", "keydown"])
  document.addEventListener(type, () => !card.hidden && hideCard(), true);
