// The conversation: suggested questions are asked by a click, the newest turn is kept in sight.
const log = () => element.querySelector(".log");

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (button) trigger("ask", { question: button.dataset.ask });
});

watch("value", () => {
  const turns = element.querySelectorAll(".turn");
  const last = turns[turns.length - 1];
  if (!last) return;
  log().scrollTop += last.getBoundingClientRect().top - log().getBoundingClientRect().top - 8;
});

// On a phone the keyboard would cover the suggestions.
if (matchMedia("(min-width: 761px)").matches)
  setTimeout(() => document.querySelector("#question textarea")?.focus({ preventScroll: true }));
