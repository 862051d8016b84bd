// What somebody says of an answer, where that is kept. Owns the buttons with [data-feedback].
import { one } from "./dom.js";
import { say } from "./announcing.js";
import { isAsking, replace, turnOf } from "./conversation.js";
import { post } from "./server.js";

one("#chat").addEventListener("click", async (event) => {
  const button = event.target.closest("[data-feedback]");
  if (!button || isAsking()) return;
  const turn = turnOf(button);
  try {
    const next = replace(turn, await post("feedback", { said: button.dataset.feedback, turn: turn.data }));
    say(next.data.said);
  } catch {
    say("Your feedback did not arrive. Please try again in a moment.");
  }
});
