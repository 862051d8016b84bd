// What a screen reader says: of a new answer the verdict and the quotes, no buttons. Owns #askvisit-said.
import { all, one } from "./dom.js";

const LONGEST_SAID = 600; // characters
const PAUSE = 100; // milliseconds between two texts, so that the same one is said once more
const said = one("#askvisit-said"); // there before its first text, or that is not said
let saying = 0;

export function say(words) {
  clearTimeout(saying);
  said.textContent = "";
  saying = setTimeout(() => (said.textContent = words), PAUSE);
}

export function sayAnswer(turn) {
  const copy = one(".message.bot", turn).cloneNode(true);
  for (const part of all(".tools, button, [aria-hidden=true]", copy)) part.remove();
  for (const link of all("a.cite:not(.near)", copy)) link.textContent = `citation ${link.textContent},`;
  const blocks = all("p, blockquote, h3, a.near", copy);
  const words = blocks.map((block) => block.textContent.replace(/\s+/g, " ").trim());
  say(words.filter(Boolean).join(" ").replaceAll(" .", ".").slice(0, LONGEST_SAID));
}
