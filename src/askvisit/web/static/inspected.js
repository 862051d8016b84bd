// How an answer was found: asked for when it is opened. Owns .inspector.
import { element, one } from "./dom.js";
import { answersBefore, turnOf } from "./conversation.js";
import { post, Refused } from "./server.js";

one("#chat").addEventListener("click", async (event) => {
  const summary = event.target.closest("summary[data-inspect]");
  if (!summary || summary.parentElement.open) return;
  const shown = summary.nextElementSibling;
  if (shown.innerHTML) return;
  shown.innerHTML = '<p class="note searching">Searching again…</p>';
  const turn = turnOf(summary);
  try {
    shown.innerHTML = (await post("inspect", { ...turn.data, history: answersBefore(turn) })).html;
  } catch (error) {
    shown.replaceChildren(); // the next click asks again
    if (!(error instanceof Refused)) return (summary.parentElement.open = false);
    shown.append(element("p", { className: "problem", textContent: error.message }));
  }
});
