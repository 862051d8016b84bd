// Walks the citations of an answer, in the article and back. Owns the numbers in the margin.
import { all, button, hear } from "./dom.js";
import { activate, citationsBeside, find, follow, followed, goBack, keyOf, keys, opened, panel, placeOf } from "./source.js";

// Goes on by the numbers of the answer; without an answer, by the marks in the article.
function step(by) {
  const link = followed();
  const cited = link ? citationsBeside(link) : [];
  if (cited.length < 2) return stepInArticle(by);
  const next = cited[(cited.indexOf(link) + by + cited.length) % cited.length];
  const isHere = placeOf(next).article === opened();
  if (!isHere || !keys().includes(keyOf(next))) return follow(next);
  activate(keyOf(next), next);
}

function stepInArticle(by) {
  const marks = keys();
  if (!marks.length) return;
  const active = find("mark.active");
  const at = active ? marks.indexOf(active.dataset.key) : by > 0 ? -1 : 0;
  activate(marks[(at + by + marks.length) % marks.length]);
}

panel.addEventListener("click", (event) => {
  const by = event.target.closest("button")?.dataset.step;
  if (by) step(Number(by));
});

// Arrow keys walk the citations, from the article and from a citation; Escape goes back to it.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return; // Shift selects
  const inArticle = panel.contains(event.target);
  if (!inArticle && !event.target.closest?.("a.cite")) return;
  if (event.key === "ArrowRight") step(1);
  else if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "Escape" && inArticle) goBack();
  else return;
  event.preventDefault();
});

// Numbers in the margin lead from a mark back to the citation in the answer.
hear("marked", ({ cited }) => {
  for (const old of all(".margin", panel)) old.remove();
  for (const link of cited) {
    if (!/^\d+$/.test(link.textContent) || placeOf(link).article !== opened()) continue;
    const mark = find(`mark.cited[data-key="${keyOf(link)}"]`);
    if (!mark) continue;
    const ariaLabel = `Citation ${link.textContent} in the answer`;
    const number = button(link.textContent, {}, { className: "margin", ariaLabel });
    number.addEventListener("click", () => {
      activate(keyOf(link), link);
      goBack();
    });
    mark.before(number);
    // Where the quote begins a line, the number would stand at the end of the line before it.
    const above = mark.getClientRects()[0].top - number.getBoundingClientRect().top;
    number.classList.toggle("lower", above > 15);
  }
  let before; // two that begin on one line stand one below the other
  for (const number of all(".margin", panel)) {
    const top = number.getBoundingClientRect().top;
    number.classList.toggle("below", top - before < 20);
    before = top;
  }
});
