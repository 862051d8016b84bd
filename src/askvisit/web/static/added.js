// What became of an article that is being added, read aloud as it changes.
element.setAttribute("aria-live", "polite");

watch("value", () => {
  const ended = element.querySelector(".done, .problem");
  if (!ended) return;
  const detail = ended.dataset.added;
  document.dispatchEvent(new CustomEvent("askvisit:added", { detail }));
});

if (window.askvisitAdded) window.askvisitAdded.abort();
window.askvisitAdded = new AbortController();
document.addEventListener(
  "askvisit:problem",
  (event) => {
    const problem = document.createElement("p");
    problem.className = "problem";
    problem.textContent = event.detail;
    props.value = problem.outerHTML;
  },
  { signal: window.askvisitAdded.signal },
);

element.addEventListener("click", (event) => {
  const read = event.target.closest("[data-read]");
  if (!read) return;
  const detail = { article: read.dataset.read };
  document.dispatchEvent(new CustomEvent("askvisit:read", { detail }));
});
