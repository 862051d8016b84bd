// What became of an article that is being added, read aloud as it changes; it is opened at the end.
element.setAttribute("aria-live", "polite");

watch("value", () => {
  const ended = element.querySelector(".done, .problem");
  if (!ended) return;
  const detail = { article: ended.dataset.added, said: ended.textContent };
  document.dispatchEvent(new CustomEvent("askvisit:added", { detail }));
  if (detail.article) document.querySelector("#reading [role=tab]")?.click();
});

if (window.askvisitAdded) window.askvisitAdded.abort();
window.askvisitAdded = new AbortController();
const listening = { signal: window.askvisitAdded.signal };
document.addEventListener(
  "askvisit:problem",
  (event) => {
    const problem = document.createElement("p");
    problem.className = "problem";
    problem.textContent = event.detail;
    props.value = problem.outerHTML;
  },
  listening,
);


element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const { read, ask } = button?.dataset || {};
  if (read !== undefined)
    document.dispatchEvent(new CustomEvent("askvisit:read", { detail: { article: read } }));
  if (ask !== undefined) {
    document.dispatchEvent(new CustomEvent("askvisit:ask", { detail: ask }));
    element.querySelector(".offered")?.remove();
  }
});

// A long text that is pasted anywhere but into a field is an article. The form comes with its tab.
const LONG_PASTE = 200; // characters
document.addEventListener(
  "paste",
  async (event) => {
    if (event.target.closest?.("input, textarea")) return;
    const text = event.clipboardData?.getData("text/plain") || "";
    if (text.length < LONG_PASTE) return;
    event.preventDefault();
    [...document.querySelectorAll("#reading [role=tab]")].at(-1)?.click();
    let field;
    while (!(field = document.querySelector("#adding textarea")))
      await new Promise(requestAnimationFrame);
    field.value = text;
    field.focus();
  },
  listening,
);
