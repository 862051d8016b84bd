// The notebook: what is pinned, with the user's own headings and notes, in the user's order. Owns
// #notebook; the server proves pins and writes the export.
import { all, button, element, hear, one, place } from "./dom.js";
import { say } from "./announcing.js";
import { add, entries, PINS } from "./pins.js";
import { post } from "./server.js";
import { saveFile, store } from "./storage.js";

const part = (selector) => one(`#notebook ${selector}`);
const list = part("ol");
let shown = new Map(); // entries by what shows them
let takenOut = null; // the entry that was removed last, and where it was
let moving = null; // what is dragged

// What reads as before keeps its row: another tab changes the rest while somebody types in it here.
function show() {
  const now = entries();
  const before = [...shown];
  const rowOf = (entry) => {
    const at = before.findIndex(([, one]) => JSON.stringify(one) === JSON.stringify(entry));
    return at < 0 ? [item(entry), entry] : before.splice(at, 1)[0];
  };
  shown = new Map(now.map(rowOf));
  place(list, [...shown.keys()]);
  const count = now.filter((entry) => entry.sentences).length;
  part(".empty").hidden = now.length > 0;
  part("[data-save]").hidden = !now.length;
  part(".count").textContent = count ? `${count} ${count === 1 ? "pin" : "pins"}, kept in this browser` : "No pins yet";
}

// Keeps the entries as they are shown.
function keep() {
  store(PINS, all("li", list).map((row) => shown.get(row)));
}

const item = (entry) => element("li", {}, ...(entry.sentences ? pinned(entry) : [written(entry)]), tools(entry));

function tools(entry) {
  const name = (entry.heading ?? entry.note ?? entry.sentences[0].quote).slice(0, 60);
  const tool = (title, sign) =>
    button(sign, { [title.toLowerCase()]: "" }, { title, ariaLabel: `${title}: ${name}` });
  return element("span", { className: "tools" }, tool("Move", "⠿"), tool("Remove", "✕"));
}

function written(entry) {
  const [kind, tag, label] = "heading" in entry ? ["heading", "input", "Heading"] : ["note", "textarea", "Note"];
  const field = element(tag, { value: entry[kind], placeholder: label, ariaLabel: label, maxLength: 4000, dir: "auto" });
  field.addEventListener("input", () => {
    entry[kind] = field.value;
    one(".tools", field.parentElement).replaceWith(tools(entry));
    keep();
  });
  return field;
}

function pinned({ article, sentences, question, title, about, status }) {
  const { paragraph, start, span } = sentences[0];
  const where = `¶ ${paragraph}`;
  const href = `?${new URLSearchParams({ article, start, end: sentences.at(-1).end })}`;
  const link = element("a", { className: "cite", textContent: where, href, ariaLabel: `${where}: show it in the article` });
  if (sentences.length === 1 && span) link.dataset.span = span.join("-");
  const rows = [
    element("p", { className: "asked-for note", textContent: question || "Selected in the article", dir: "auto" }),
    element("blockquote", { dir: "auto" }, ...sentences.flatMap(quoted), link),
    element("p", { className: "origin note", textContent: [title, about].filter(Boolean).join(" · "), dir: "auto" }),
  ];
  const lost = { changed: "Its article has changed.", gone: "Its article is no longer there." }[status];
  if (lost) rows.push(element("p", { className: "problem", textContent: `${lost} The export leaves it out.` }));
  return rows;
}

// A sentence with the words that were chosen in it standing out; offsets count code points.
function quoted({ quote, start, span }) {
  if (!span) return [quote, " "];
  const points = [...quote];
  const cut = (from, to) => points.slice(from, to).join("");
  const [left, right] = [span[0] - start, span[1] - start];
  return [cut(0, left), element("strong", {}, cut(left, right)), cut(right), " "];
}

// Sentences that moved in their article are followed; what stands there no more is marked.
async function prove() {
  const before = entries();
  if (!before.some((entry) => entry.sentences)) return;
  const { proved } = await post("pins", { entries: before }).catch(() => ({})); // the next visit tells
  if (!proved || JSON.stringify(entries()) !== JSON.stringify(before)) return; // changed meanwhile
  store(PINS, before.map((entry, n) => ({ ...entry, ...proved[n] })));
  show();
}

async function save() {
  try {
    const { left_out: left, ...file } = await post("notebook", { entries: entries() });
    if (file.text) saveFile(file);
    const are = left === 1 ? "pin is left out: it is no longer in its article." : "pins are left out: they are no longer in their articles.";
    tellBelow(left ? `${left} ${are}` : "");
  } catch {
    tellBelow("The file could not be created. Please reload the page.");
  }
}

const tellBelow = (...parts) => part(".told").replaceChildren(...parts);

function write(kind) {
  const problem = add({ [kind]: "" });
  if (problem) return tellBelow(problem);
  one("input, textarea", list.lastElementChild).focus();
}

function remove(row) {
  takenOut = { at: all("li", list).indexOf(row), entry: shown.get(row) };
  row.remove();
  keep();
  show();
  const undo = button("Undo", { bringBack: "" });
  tellBelow("Removed. ", undo);
  undo.focus();
}

function bringBack() {
  store(PINS, entries().toSpliced(takenOut.at, 0, takenOut.entry));
  tellBelow();
  show();
  one("[data-remove]", list.children[takenOut.at]).focus();
}

one("#notebook").addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  const { save: saves, write: kind, remove: removes, bringBack: back } = pressed?.dataset ?? {};
  if (saves !== undefined) save();
  else if (kind) write(kind);
  else if (removes !== undefined) remove(pressed.closest("li"));
  else if (back !== undefined) bringBack();
});

// The order: arrow keys on the handle, or a drag of it.
function put(row, before) {
  if (row !== before && row.nextElementSibling !== before) list.insertBefore(row, before);
}

list.addEventListener("keydown", (event) => {
  const row = event.target.closest("[data-move]")?.closest("li");
  const by = row && { ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling }[event.key];
  if (by === undefined || !row) return;
  event.preventDefault();
  if (!by) return;
  put(row, event.key === "ArrowUp" ? by : by.nextElementSibling);
  keep();
  event.target.focus();
  say(`Moved to ${all("li", list).indexOf(row) + 1} of ${list.children.length}`);
});
list.addEventListener("pointerdown", (event) => {
  moving = event.target.closest("[data-move]")?.closest("li") ?? null;
  if (!moving) return;
  list.setPointerCapture(event.pointerId); // the handle itself is moved about
  moving.classList.add("moving");
});
list.addEventListener("pointermove", ({ clientY }) => {
  if (!moving) return;
  const middle = (row) => row.getBoundingClientRect().top + row.offsetHeight / 2;
  put(moving, all("li", list).find((row) => row !== moving && clientY < middle(row)) ?? null);
});
list.addEventListener("lostpointercapture", () => {
  if (!moving) return;
  moving.classList.remove("moving");
  moving = null;
  keep();
});

hear("pinned", show);
window.addEventListener("storage", (event) => event.key === `askvisit-${PINS}` && show());
for (const name of ["added", "removed"]) hear(name, prove);
show();
prove();
