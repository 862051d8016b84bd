// What became of articles that are being added, read aloud as it changes; what was added is opened.
// It stays until it is put away or the next question is asked.
element.setAttribute("aria-live", "polite");

watch("value", () => {
  const shown = document.createElement("template");
  shown.innerHTML = props.value; // the page itself may not show it yet
  const ended = shown.content.querySelector(".done, .problem");
  if (!ended || ended.closest(".outcomes")) return;
  const detail = { article: ended.dataset.added, html: props.value };
  document.dispatchEvent(new CustomEvent("askvisit:added", { detail }));
  if (!detail.article) return;
  askToo(detail.article);
  document.querySelector("#reading [role=tab]")?.click();
});

// Where only some articles are asked, what was added joins them.
function askToo(article) {
  const asked = JSON.parse(askvisitSession.get("scope") || "null");
  if (asked) askvisitSession.set("scope", JSON.stringify([...asked, article]));
}

const close = document.createElement("button");
Object.assign(close, { type: "button", className: "quiet close", textContent: "✕" });
close.setAttribute("aria-label", "Dismiss");
close.addEventListener("click", () => {
  props.value = "";
  document.querySelector("#reading [role=tab][aria-selected=true]")?.focus();
});
document.querySelector("#added .close")?.remove();
document.getElementById("added").append(close);

const isOver = () => element.querySelector(".done, .problem");
if (window.askvisitAdded) window.askvisitAdded.abort();
window.askvisitAdded = new AbortController();
const listening = { signal: window.askvisitAdded.signal };
document.addEventListener("askvisit:told", (event) => (props.value = event.detail), listening);
document.addEventListener("askvisit:asking", () => isOver() && (props.value = ""), listening);

element.addEventListener("click", (event) => {
  const { read, ask } = event.target.closest("button")?.dataset || {};
  if (read !== undefined)
    document.dispatchEvent(new CustomEvent("askvisit:read", { detail: { article: read } }));
  if (ask !== undefined) document.dispatchEvent(new CustomEvent("askvisit:ask", { detail: ask }));
});

// The form comes with its tab. Returns its field for a text.
async function openForm() {
  [...document.querySelectorAll("#reading [role=tab]")].at(-1)?.click();
  let field;
  while (!(field = document.querySelector("#adding textarea")))
    await new Promise(requestAnimationFrame);
  return field;
}

// A long text that is pasted anywhere but into a field is an article, after what is typed already.
const LONG_PASTE = 200; // characters
document.addEventListener(
  "paste",
  async (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const text = event.clipboardData?.getData("text/plain") || "";
    if (text.length < LONG_PASTE) return;
    event.preventDefault();
    const field = await openForm();
    field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${text}` : text;
    field.focus();
  },
  listening,
);

// The browser would leave the page for a file that is dropped beside the zone of the form.
for (const type of ["dragover", "drop"])
  document.addEventListener(
    type,
    async (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const files = [...event.dataTransfer.files]; // they are gone once the event is over
      if (type !== "drop" || !files.length) return;
      (await openForm()).scrollIntoView({ block: "nearest" });
      document.dispatchEvent(new CustomEvent("askvisit:dropped", { detail: files }));
    },
    listening,
  );
