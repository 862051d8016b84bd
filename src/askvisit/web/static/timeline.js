// The timeline: asked for when its tab is opened, by its form, and where other articles are asked.
// Owns #timeline.
import { element, hear, made, one } from "./dom.js";
import { chosen } from "./scope.js";
import { post, wordsOf } from "./server.js";

const part = (selector) => one(`#timeline ${selector}`);
const form = part("form");
let wanted = 0; // counts what was asked for, so that only the newest is shown
let isStale = true;

async function show() {
  const mine = ++wanted;
  isStale = false;
  part(".told").textContent = "Looking for dates…";
  const request = { articles: chosen(), ...Object.fromEntries(new FormData(form)) };
  let told, html;
  try {
    ({ told, html } = await post("timeline", request));
  } catch (error) {
    told = wordsOf(error, "The timeline could not be loaded. Please reload the page.");
  }
  if (mine !== wanted) return;
  part(".entries").replaceWith(html ? made(html) : element("div", { className: "entries" }));
  part(".timeline").scrollTop = 0;
  part(".told").textContent = told;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
// The cross of the topic's field empties it.
form.addEventListener("search", (event) => event.target.value === "" && show());
one("#timeline").addEventListener("click", (event) => {
  if (!event.target.closest("[data-all]")) return;
  form.reset();
  show();
  one("input", form).focus();
});

const showStale = () => isStale && one("#timeline").offsetParent && show();
hear("tab", showStale);
for (const name of ["scoped", "added", "removed"])
  hear(name, () => {
    isStale = true;
    showStale();
  });
