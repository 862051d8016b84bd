// The form that adds an article: a file is read here and sent with what is told of it.
const form = element.querySelector("form");
const fields = form.elements;
const button = form.querySelector("[type=submit]");

const base64 = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });

const say = (text) =>
  document.dispatchEvent(new CustomEvent("askvisit:problem", { detail: text }));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  const told = { title: fields.title.value, source: fields.source.value, date: fields.date.value };
  const [file] = fields.file.files;
  if (file && file.size > Number(form.dataset.largest))
    return say(`${file.name} is too large: ${Math.ceil(file.size / 1e6)} MB.`);
  if (file && fields.text.value.trim()) return say("Choose a file or paste a text, not both.");
  button.disabled = true;
  try {
    const content = file
      ? { name: file.name, base64: await base64(file) }
      : { text: fields.text.value };
    trigger("addition", { ...content, ...told });
  } catch {
    say(`${file.name} cannot be read.`);
    button.disabled = false;
  }
});

// What was typed stays until the article is in the index.
if (window.askvisitAdding) window.askvisitAdding.abort();
window.askvisitAdding = new AbortController();
document.addEventListener(
  "askvisit:added",
  (event) => {
    if (event.detail) form.reset();
    button.disabled = false;
  },
  { signal: window.askvisitAdding.signal },
);
