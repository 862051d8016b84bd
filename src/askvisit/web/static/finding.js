// Finds words in the article and walks through where they stand, without touching its text.
const FOUND = "askvisit-found";
let found = [];
let foundAt = -1;

function findWords(words) {
  CSS.highlights?.delete(FOUND);
  CSS.highlights?.delete(`${FOUND}-here`);
  found = [];
  foundAt = -1;
  const wanted = words.trim().toLowerCase();
  if (!wanted) return showFound();
  const walker = document.createTreeWalker(find(".source-text"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = new Range();
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + wanted.length);
      found.push(range);
    }
  }
  if (window.Highlight) CSS.highlights.set(FOUND, new Highlight(...found));
  goToFound(1);
}

function goToFound(by) {
  if (found.length) {
    foundAt = (foundAt + by + found.length) % found.length;
    const box = find(".source-text");
    const above = found[foundAt].getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += above - box.clientHeight / 3;
    if (window.Highlight) CSS.highlights.set(`${FOUND}-here`, new Highlight(found[foundAt]));
  }
  showFound();
}

function showFound() {
  const words = find(".source-find input").value.trim();
  const count = found.length ? `${foundAt + 1} of ${found.length}` : words && "not found";
  find(".source-found").textContent = count;
}

element.addEventListener("input", (event) => {
  if (event.target.matches(".source-find input")) findWords(event.target.value);
});
element.addEventListener("keydown", (event) => {
  if (!event.target.matches(".source-find input")) return;
  event.stopPropagation(); // arrows and Escape belong to the field
  if (event.key === "Enter") {
    event.preventDefault();
    goToFound(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    event.target.value = "";
    findWords("");
  }
});
