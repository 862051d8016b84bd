// Edits what is known of an article: its title, paper and date. Owns #about.
import { one } from "./dom.js";
import { changed, draw } from "./articles.js";
import { post, wordsOf } from "./server.js";
import { open, opened } from "./source.js";

const dialog = one("#about");
const form = dialog && one("form", dialog);
let article = "";

if (dialog) {
  one("#articles").addEventListener("click", (event) => {
    const button = event.target.closest("[data-describe]");
    if (!button) return;
    article = button.dataset.describe;
    const known = button.closest("li").dataset;
    for (const name of ["title", "source", "date"]) form.elements[name].value = known[name];
    one(".problem", dialog).textContent = "";
    dialog.showModal();
  });
  one("[data-close]", dialog).addEventListener("click", () => dialog.close());
  form.addEventListener("submit", save);
}

async function save(event) {
  event.preventDefault();
  try {
    const { html } = await post("describe", { article, ...Object.fromEntries(new FormData(form)) });
    dialog.close();
    draw(html);
    changed("described", article);
    if (opened() === article) open({ article });
    one(`[data-describe="${CSS.escape(article)}"]`).focus();
  } catch (error) {
    const words = wordsOf(error, "No answer came. Please try again in a moment.");
    one(".problem", dialog).textContent = words;
  }
}
