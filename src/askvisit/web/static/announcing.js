// What a screen reader says: of a new answer the verdict and the quotes, no buttons.
const LONGEST_SAID = 600; // characters
const PAUSE = 100; // milliseconds between two texts, so that the same one is said once more
const said = document.createElement("div"); // there before its first text, or that is not said
Object.assign(said, { id: "askvisit-said", className: "unseen", role: "status" });
document.getElementById(said.id)?.remove();
document.querySelector(".gradio-container").append(said);
let saying = 0;
let thanked = []; // the turns that there were thanks for already

function announce(isNew) {
  const thanks = [...element.querySelectorAll(".actions > .note[role=status]")];
  const turnOf = (one) => one.closest(".turn").dataset.turn;
  const newest = thanks.find((one) => !thanked.includes(turnOf(one)));
  thanked = thanks.map(turnOf);
  const answer = [...element.querySelectorAll(".turn .message.bot")].at(-1);
  if (isNew) say(answer ? spoken(answer) : "");
  else if (newest) say(newest.textContent);
}

function say(words) {
  clearTimeout(saying);
  said.textContent = "";
  saying = setTimeout(() => (said.textContent = words), PAUSE);
}
document.addEventListener("askvisit:say", (event) => say(event.detail), listening);

function spoken(answer) {
  const copy = answer.cloneNode(true);
  for (const part of copy.querySelectorAll(".tools, button, [aria-hidden=true]")) part.remove();
  for (const link of copy.querySelectorAll("a.cite:not(.near)"))
    link.textContent = `citation ${link.textContent},`;
  for (const end of copy.querySelectorAll("br")) end.replaceWith(" ");
  const blocks = [...copy.querySelectorAll("p, blockquote, h3, a.near")];
  const words = blocks.map((block) => block.textContent.replace(/\s+/g, " ").trim());
  return words.filter(Boolean).join(" ").replaceAll(" .", ".").slice(0, LONGEST_SAID);
}
