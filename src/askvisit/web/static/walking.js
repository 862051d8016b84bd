// Walks the citations of an answer, in the article and back.
// Goes on by the numbers of the answer; without an answer, by the marks in the article.
function step(by) {
  const cited = clicked?.isConnected ? citationsBeside(clicked) : [];
  if (cited.length < 2) return stepInArticle(by);
  const next = cited[(cited.indexOf(clicked) + by + cited.length) % cited.length];
  const isHere = placeOf(next).article === find(".source").dataset.article;
  if (!isHere || !keys().includes(keyOf(next))) return follow(next);
  clicked = next;
  activate(keyOf(next));
}

function stepInArticle(by) {
  const all = keys();
  if (!all.length) return;
  const active = find("mark.active");
  const at = active ? all.indexOf(active.dataset.key) : by > 0 ? -1 : 0;
  activate(all[(at + by + all.length) % all.length]);
}

// Arrow keys walk the citations, from the article and from a citation; Escape goes back to it.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return; // Shift selects
    const inArticle = element.contains(event.target);
    if (!inArticle && !event.target.closest?.("a.cite")) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "Escape" && inArticle) goBack();
    else return;
    event.preventDefault();
  },
  listening,
);

// Numbers in the margin lead from a mark back to the citation in the answer.
function numberMargin(cited, article) {
  for (const old of element.querySelectorAll(".margin")) old.remove();
  for (const link of cited) {
    if (!/^\d+$/.test(link.textContent) || placeOf(link).article !== article) continue;
    const mark = find(`mark.cited[data-key="${keyOf(link)}"]`);
    if (!mark) continue;
    const number = document.createElement("button");
    Object.assign(number, { type: "button", className: "margin", textContent: link.textContent });
    number.setAttribute("aria-label", `Citation ${link.textContent} in the answer`);
    number.addEventListener("click", () => {
      clicked = link;
      activate(keyOf(link));
      goBack();
    });
    mark.before(number);
    // Where the quote begins a line, the number would stand at the end of the line before it.
    const above = mark.getClientRects()[0].top - number.getBoundingClientRect().top;
    number.classList.toggle("lower", above > 15);
  }
  let before; // two that begin on one line stand one below the other
  for (const number of element.querySelectorAll(".margin")) {
    const top = number.getBoundingClientRect().top;
    number.classList.toggle("below", top - before < 20);
    before = top;
  }
}
