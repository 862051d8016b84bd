// The form that adds articles: files are read here and sent one by one with what is told of them.
const form = element.querySelector("form");
const fields = form.elements;
const TYPED = ["text", "title", "source", "date"];
const button = form.querySelector("[type=submit]");
const zone = form.querySelector(".drop");

if (window.askvisitAdding) window.askvisitAdding.abort();
window.askvisitAdding = new AbortController();
const listening = { signal: window.askvisitAdding.signal };

const base64 = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });

const tell = (html) => document.dispatchEvent(new CustomEvent("askvisit:told", { detail: html }));

function problem(text) {
  const shown = document.createElement("p");
  Object.assign(shown, { className: "problem", textContent: text });
  tell(shown.outerHTML);
  return { html: shown.outerHTML };
}

// Waits until an addition has ended, well or not. What was said last is what became of it.
let said = null;
document.addEventListener("askvisit:added", (event) => (said = event.detail), listening);
const ended = () =>
  new Promise((done) =>
    document.addEventListener("askvisit:ended", done, { ...listening, once: true }),
  );

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  const files = [...fields.file.files];
  if (files.length && fields.text.value.trim())
    return problem("Choose a file or paste text, not both.");
  button.disabled = true;
  const typed = Object.fromEntries(TYPED.map((name) => [name, fields[name].value]));
  const told = files.length > 1 ? { ...typed, title: "" } : typed; // one title is not that of each
  const outcomes = [];
  for (const file of files.length ? files : [null])
    outcomes.push({ file, ...(await add(file, told)) });
  if (outcomes.every((outcome) => outcome.article)) clear(typed);
  const added = outcomes.filter((outcome) => outcome.article).map((outcome) => outcome.file);
  choose([...fields.file.files].filter((file) => !added.includes(file)));
  if (files.length > 1) tell(summary(outcomes));
  button.disabled = false;
});

// What was typed since it was sent is for the next article.
function clear(typed) {
  for (const name of TYPED) if (fields[name].value === typed[name]) fields[name].value = "";
}

async function add(file, told) {
  if (file && file.size > Number(form.dataset.largest))
    return problem(`${file.name} is too large: ${Math.ceil(file.size / 1e6)} MB.`);
  let content = {};
  try {
    if (file) content = { name: file.name, base64: await base64(file) };
  } catch {
    return problem(`${file.name} cannot be read.`);
  }
  said = null;
  const end = ended();
  trigger("addition", { ...told, ...content });
  await end;
  return said || problem("The server did not respond. Please reload the page.");
}

// What became of several files, each with its way on, and what to ask of the newest of them.
function summary(outcomes) {
  const list = document.createElement("ul");
  list.className = "outcomes";
  let offered = "";
  for (const { file, html } of outcomes) {
    const item = document.createElement("li");
    item.innerHTML = html;
    offered = item.querySelector(".offered")?.outerHTML || offered;
    const outcome = item.querySelector(".done, .problem");
    if (!outcome.textContent.includes(file.name)) outcome.prepend(`${file.name}: `);
    item.replaceChildren(outcome);
    list.append(item);
  }
  return list.outerHTML + offered;
}

// The zone that files are dropped on names those that are chosen; what was added is not added again.
const names = zone.querySelector(".chosen");
const none = form.querySelector("[data-none]");
function showNames() {
  names.textContent = [...fields.file.files].map((file) => file.name).join(", ");
  none.hidden = !fields.file.files.length;
}
fields.file.addEventListener("change", showNames);

function choose(files) {
  const chosen = new DataTransfer();
  for (const file of files) chosen.items.add(file);
  fields.file.files = chosen.files;
  showNames();
}
document.addEventListener("askvisit:dropped", (event) => choose(event.detail), listening);
none.addEventListener("click", () => {
  choose([]);
  fields.file.focus();
});

for (const type of ["dragenter", "dragover", "dragleave", "drop"])
  zone.addEventListener(type, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", type === "dragenter" || type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    fields.file.files = event.dataTransfer.files;
    showNames();
  });
