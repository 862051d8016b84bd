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
