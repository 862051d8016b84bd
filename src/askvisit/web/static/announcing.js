// What a screen reader says of a new answer: the verdict and the quotes, no buttons.
const LONGEST_SAID = 600; // characters

function announce(isNew) {
  const thanks = [...element.querySelectorAll(".actions [role=status]")].at(-1);
  const answer = [...element.querySelectorAll(".turn .message.bot")].at(-1);
  if (isNew) say(answer ? spoken(answer) : "");
  else if (thanks) say(thanks.textContent);
}

function say(words) {
  const id = "askvisit-said";
  const said = document.getElementById(id) || document.createElement("div");
  Object.assign(said, { id, className: "unseen", role: "status" });
  document.querySelector(".gradio-container").append(said);
  said.textContent = words;
}

function spoken(answer) {
  const copy = answer.cloneNode(true);
  for (const part of copy.querySelectorAll(".tools, button, [aria-hidden=true]")) part.remove();
  for (const link of copy.querySelectorAll("a.cite:not(.near)"))
    link.textContent = `citation ${link.textContent},`;
  const blocks = [...copy.querySelectorAll("p, blockquote, h3, a.near")];
  const words = blocks.map((block) => block.textContent.replace(/\s+/g, " ").trim());
  return words.filter(Boolean).join(" ").replaceAll(" .", ".").slice(0, LONGEST_SAID);
}
