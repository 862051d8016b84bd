// Adding articles: files that are chosen, dropped or pasted as text are read here and sent one by one.
// Owns #adding, the form, and #added, which says what became of them until it is put away or the next
// question is asked.
import { all, element, hear, made, one, tell } from "./dom.js";
import { changed, draw as drawList } from "./articles.js";
import { ask } from "./conversation.js";
import { choose, chosen } from "./scope.js";
import { Refused, stream } from "./server.js";
import { draw as drawArticle } from "./source.js";
import { showTab, tabNamed } from "./tabs.js";

const TAB = "Add an article";
const TYPED = ["text", "url", "title", "source", "date"];
const LONG_PASTE = 200; // characters; a long text or a link that is pasted beside fields is an article
const LINK = /^https?:\/\/\S+$/;
const form = one("#adding form");
const added = one("#added");

if (form) begin();

function begin() {
  const { file, text, url } = form.elements;
  form.addEventListener("submit", submit);
  file.addEventListener("change", showNames);
  one("[data-none]", form).addEventListener("click", () => {
    choosing([]);
    file.focus();
  });
  one(".welcome .drop").addEventListener("click", () => {
    showTab(TAB);
    file.click();
  });
  hear("again", (article) => addEach([article], {}));
  added.addEventListener("click", (event) => {
    const { read, ask: question, dismiss } = event.target.closest("button")?.dataset ?? {};
    if (read !== undefined) tell("read", { article: read });
    if (question !== undefined) ask(question);
    if (dismiss === undefined) return;
    added.hidden = true;
    one("#reading [role=tab][aria-selected=true]").focus();
  });
  hear("asking", () => (added.hidden ||= added.ariaBusy !== "true"));
  document.addEventListener("paste", (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const pasted = event.clipboardData?.getData("text/plain") ?? "";
    const isLink = LINK.test(pasted.trim());
    if (!isLink && pasted.length < LONG_PASTE) return;
    event.preventDefault();
    showTab(TAB);
    if (isLink) url.value = pasted.trim();
    else text.value = text.value.trim() ? `${text.value.trimEnd()}\n\n${pasted}` : pasted;
    (isLink ? url : text).focus();
  });
  // The browser would leave the page for a file that is dropped beside the zone.
  for (const type of ["dragover", "dragleave", "drop"])
    document.addEventListener(type, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      for (const zone of all(".drop")) zone.classList.toggle("over", type === "dragover");
      if (type !== "drop" || !event.dataTransfer.files.length) return;
      choosing(event.dataTransfer.files);
      showTab(TAB);
      form.scrollIntoView({ block: "nearest" });
    });
}

function choosing(files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  form.elements.file.files = transfer.files;
  showNames();
}

function showNames() {
  const files = [...form.elements.file.files];
  one(".chosen", form).textContent = files.map((file) => file.name).join(", ");
  one("[data-none]", form).hidden = !files.length;
}

async function submit(event) {
  event.preventDefault();
  if (added.ariaBusy === "true") return;
  const fields = form.elements;
  const files = [...fields.file.files];
  if (files.length && fields.text.value.trim()) return show(problem("Choose a file or paste text, not both."));
  const typed = Object.fromEntries(TYPED.map((name) => [name, fields[name].value]));
  const about = files.length > 1 ? { ...typed, title: "" } : typed; // one title is not that of each
  const outcomes = await addEach(files.length ? files : [null], about);
  // What was typed or chosen since it was sent is for the next article.
  if (outcomes.every((outcome) => outcome.article))
    for (const name of TYPED) if (fields[name].value === typed[name]) fields[name].value = "";
  const done = outcomes.filter((outcome) => outcome.article).map((outcome) => outcome.file);
  choosing([...fields.file.files].filter((file) => !done.includes(file)));
}

// Sends articles one after the other; returns what became of each, with its `article` if it was added.
async function addEach(files, about) {
  const button = one("[type=submit]", form);
  button.disabled = true;
  const bar = element("progress", { max: files.length });
  const line = element("p", { className: "note" });
  const outcomes = [];
  show(line, bar);
  added.ariaBusy = "true";
  for (const file of files) {
    const name = files.length > 1 ? `${outcomes.length + 1} of ${files.length} · ${file.name}: ` : "";
    const outcome = await add(file, about, ({ done, total }) => {
      line.textContent = name + (total ? `adding it to the index, ${done} of ${total} passages…` : "reading the article…");
      bar.value = outcomes.length + (total ? done / total : 0);
    });
    outcomes.push({ file, ...outcome });
  }
  button.disabled = false;
  added.ariaBusy = "false";
  show(...(files.length > 1 ? summary(outcomes) : outcomes[0].nodes));
  return outcomes;
}

async function add(file, about, report) {
  if (file && file.size > Number(form.dataset.largest))
    return { nodes: [problem(`${file.name} is too large: ${Math.ceil(file.size / 1e6)} MB.`)] };
  let content = {};
  try {
    if (!(file instanceof File)) content = file ?? {}; // one that was removed, or what is typed
    else content = { name: file.name, base64: await base64(file) };
  } catch {
    return { nodes: [problem(`${file.name} cannot be read.`)] };
  }
  let last = {};
  report({});
  try {
    await stream("add", { ...about, ...content }, (step) => report((last = step)));
  } catch (error) {
    if (error instanceof Refused) last = { problem: error.message };
  }
  if (!last.article) return { nodes: [problem(last.problem ?? "The server did not respond. Please reload the page.")] };
  if (chosen()) choose([...chosen(), last.article]); // what was added joins those that are asked
  drawList(last.listing);
  changed("added", last.article);
  if (tabNamed(TAB).ariaSelected === "true") { // what somebody reads meanwhile is not taken away
    drawArticle(last.source);
    showTab("Article");
  }
  return { article: last.article, nodes: [made(last.html)] };
}

const base64 = (file) =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });

const problem = (textContent) => element("p", { className: "problem", dir: "auto", textContent });

function show(...nodes) {
  added.hidden = false;
  one(".told", added).replaceChildren(...nodes);
}

// One line for several files; what became of each is below it, open if one was not added.
function summary(outcomes) {
  const count = outcomes.filter((outcome) => outcome.article).length;
  const items = outcomes.map(({ file, nodes }) => {
    const item = element("li", {}, ...nodes);
    if (!item.textContent.includes(file.name)) one(".done, .problem", item).prepend(`${file.name}: `);
    return item;
  });
  const line = element("summary", { textContent: `Added ${count} of ${outcomes.length} files` });
  const open = count < outcomes.length;
  return [element("details", { open }, line, element("ul", { className: "outcomes" }, ...items))];
}
