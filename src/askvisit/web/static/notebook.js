// The notebook: what is pinned, as the browser keeps it; the server proves and exports it.
const part = (selector) => element.querySelector(selector);
let takenOut = null; // the pin that was removed last, and where it was

if (window.askvisitNotebook) window.askvisitNotebook.abort();
window.askvisitNotebook = new AbortController();
const listening = { signal: window.askvisitNotebook.signal };

function show() {
  const all = pins();
  part("ol").replaceChildren(...all.map(item));
  part(".empty").hidden = all.length > 0;
  part("[data-save]").hidden = !all.length;
  part(".count").textContent = all.length
    ? `${all.length} ${all.length === 1 ? "pin" : "pins"}, kept in this browser`
    : "No pins yet";
}

function make(tag, className, ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function item(pin) {
  const { sentences, question, title, about, status } = pin;
  const quote = make("blockquote", "", ...sentences.flatMap(written), where(pin));
  quote.dir = "auto";
  const origin = make("p", "origin note", [title, about].filter(Boolean).join(" · "));
  origin.dir = "auto";
  const made = make("li", "", quote, origin);
  made.prepend(make("p", "asked-for note", question || "Selected in the article"));
  if (status === "changed" || status === "gone") {
    const gone = status === "gone" ? "Its article is no longer there." : "Its article has changed.";
    made.append(make("p", "problem", `${gone} The export leaves it out.`));
  }
  const remove = make("button", "quiet", "Remove");
  remove.type = "button";
  remove.dataset.remove = "";
  remove.setAttribute("aria-label", `Remove: ${sentences[0].quote.slice(0, 60)}`);
  made.append(make("p", "tools", remove));
  return made;
}

// A sentence with the words that were chosen in it standing out; offsets count code points.
function written({ quote, start, span }) {
  if (!span) return [quote, " "];
  const points = [...quote];
  const cut = (from, to) => points.slice(from, to).join("");
  const [left, right] = [span[0] - start, span[1] - start];
  return [cut(0, left), make("strong", "", cut(left, right)), cut(right), " "];
}

function where({ article, sentences }) {
  const [first, last] = [sentences[0], sentences.at(-1)];
  const link = make("a", "cite", `¶ ${first.paragraph}`);
  link.href = `?${new URLSearchParams({ article, start: first.start, end: last.end })}`;
  if (sentences.length === 1 && first.span) link.dataset.span = first.span.join("-");
  link.setAttribute("aria-label", `¶ ${first.paragraph}: show it in the article`);
  return link;
}

// Sentences that moved in their article are followed; what stands there no more is marked.
async function prove() {
  const all = pins();
  if (!all.length) return;
  let proved;
  try {
    proved = await server.prove_pins(all);
  } catch {
    return; // the next visit tells
  }
  const now = all.map((pin, n) => ({ ...pin, ...(proved[n] || {}) }));
  if (JSON.stringify(pins()) !== JSON.stringify(all)) return; // pinned or removed meanwhile
  store(PINS, now);
  show();
}

async function save() {
  try {
    const file = await server.export_pins(pins());
    if (file.text) saveFile(file);
    const left = file.left_out;
    const are = left === 1 ? "pin is left out: it is no longer in its article." : "pins are left out: they are no longer in their articles.";
    say(left ? `${left} ${are}` : "");
  } catch {
    say("The file could not be created. Please reload the page.");
  }
}

function say(words, button) {
  part(".told").replaceChildren(words, ...(button ? [" ", button] : []));
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.save !== undefined) save();
  else if (button?.dataset.remove !== undefined) takeOut(button.closest("li"));
  else if (button?.dataset.bringBack !== undefined) bringBack();
});

function takeOut(shown) {
  const all = pins();
  const at = [...part("ol").children].indexOf(shown);
  takenOut = { at, pin: all[at] };
  store(PINS, all.toSpliced(at, 1));
  show();
  const undo = make("button", "quiet", "Undo");
  undo.type = "button";
  undo.dataset.bringBack = "";
  say("Removed.", undo);
  undo.focus();
}

function bringBack() {
  if (takenOut) store(PINS, pins().toSpliced(takenOut.at, 0, takenOut.pin));
  takenOut = null;
  say("");
  show();
  part("[data-save]").focus();
}

document.addEventListener("askvisit:pinned", show, listening);
window.addEventListener("storage", (event) => event.key === `askvisit-${PINS}` && show(), listening);
for (const type of ["askvisit:added", "askvisit:removed"])
  document.addEventListener(type, prove, listening);
show();
prove();
