// What is pinned to the notebook, in this browser. Owns how it is kept; the notebook shows it. An entry
// is a pin (the sentences, and where they stand), or the user's own words: `{heading}` or `{note}`.
import { one, tell } from "./dom.js";
import { sayOn } from "./clipboard.js";
import { post } from "./server.js";
import { placeOf } from "./source.js";
import { store, stored } from "./storage.js";

export const PINS = "pins";
const MOST = 300;

export const entries = () => stored(PINS, []);

// Returns what went wrong, in words; nothing if all is well.
export function add(entry) {
  const before = entries();
  if (before.length >= MOST) return "The notebook is full";
  if (!store(PINS, [...before, entry])) return "Browser storage is full";
  tell("pinned");
  return "";
}

// Returns what became of it, in words.
export function pin({ article, title, about, sentences, question }) {
  const words = (one) => JSON.stringify([one.article, one.sentences]);
  const entry = { article, title, about, sentences, question };
  if (entries().some((one) => words(one) === words(entry))) return "Already pinned";
  return add(entry) || "Pinned";
}

// A quote of an answer is pinned with the question that it answers.
one("#chat").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-pin]");
  if (!button) return;
  try {
    const found = await post("select", { place: placeOf(one("a.cite", button.closest("li"))) });
    const asked = one("h3", button.closest(".part") ?? document.createElement("i"));
    const question = asked ?? one(".message.user p", button.closest(".turn"));
    sayOn(button, pin({ ...found.pin, question: question.innerText }));
  } catch {
    sayOn(button, "Could not pin");
  }
});
