// The form that adds articles: files are read here and sent one by one with what is told of them.
const form = element.querySelector("form");
const fields = form.elements;
const button = form.querySelector("[type=submit]");
const zone = form.querySelector(".drop");
const outcomes = form.querySelector(".outcomes");

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

const say = (text) =>
  document.dispatchEvent(new CustomEvent("askvisit:problem", { detail: text }));

// Waits until an addition has ended, well or not.
const ended = () =>
  new Promise((done) =>
    document.addEventListener("askvisit:added", (event) => done(event.detail), {
      ...listening,
      once: true,
    }),
  );

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  const files = [...fields.file.files];
  if (files.length && fields.text.value.trim())
    return say("Choose a file or paste a text, not both.");
  button.disabled = true;
  outcomes.replaceChildren();
  const told = { title: fields.title.value, source: fields.source.value, date: fields.date.value };
  if (files.length > 1) told.title = ""; // one title is not the title of each
  let failed = 0;
  for (const file of files.length ? files : [null]) {
    const outcome = await add(file, told);
    failed += !outcome.article;
    if (files.length > 1) list(file, outcome);
  }
  if (!failed) form.reset();
  showNames();
  button.disabled = false;
});

async function add(file, told) {
  if (file && file.size > Number(form.dataset.largest)) {
    const said = `${file.name} is too large: ${Math.ceil(file.size / 1e6)} MB.`;
    say(said);
    return { said };
  }
  let content = { text: fields.text.value };
  try {
    if (file) content = { name: file.name, base64: await base64(file) };
  } catch {
    const said = `${file.name} cannot be read.`;
    say(said);
    return { said };
  }
  const outcome = ended();
  trigger("addition", { ...content, ...told });
  return outcome;
}

// Several files: what became of each, with a way to what was added.
function list(file, outcome) {
  const item = document.createElement("li");
  item.className = outcome.article ? "done" : "problem";
  item.textContent = outcome.article ? `${file.name}: added. ` : outcome.said;
  if (outcome.article) {
    const read = document.createElement("button");
    Object.assign(read, { type: "button", className: "quiet", textContent: "Read" });
    read.addEventListener("click", () => {
      const detail = { article: outcome.article };
      document.dispatchEvent(new CustomEvent("askvisit:read", { detail }));
    });
    item.append(read);
  }
  outcomes.append(item);
}

// The zone that files are dropped on names those that are chosen.
const hint = zone.querySelector(".chosen");
function showNames() {
  const names = [...fields.file.files].map((file) => file.name);
  hint.textContent = names.join(", ");
}
fields.file.addEventListener("change", showNames);

for (const type of ["dragenter", "dragover", "dragleave", "drop"])
  zone.addEventListener(type, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", type === "dragenter" || type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    fields.file.files = event.dataTransfer.files;
    showNames();
  });
