// Which articles the next question searches. Owns that choice: a list of ids, or null for all of them.
import { button, element, hear, one, tell } from "./dom.js";
import { session } from "./storage.js";

const chip = one("#scope");
const listed = () => one("#articles .articles");

export const chosen = () => session.get("scope");

// Whether a single article is asked.
export const isOne = () => (chosen()?.length ?? Number(listed().dataset.count)) === 1;

export function choose(articles) {
  session.set("scope", articles);
  show();
  tell("scoped");
}

// Says at the box which articles these are; a single article is not mentioned.
export function show() {
  const [articles, count] = [chosen(), Number(listed().dataset.count)];
  chip.replaceChildren();
  if (!articles && count < 2) return;
  const all = `${count.toLocaleString("en")} article${count === 1 ? "" : "s"}`;
  const opens = button("", { sources: "" }, { title: "Choose sources" });
  const line = element("p", { className: articles ? "scope narrowed" : "scope", dir: "auto" }, opens);
  chip.append(line);
  if (!articles) {
    opens.textContent = `Asking all ${all}`;
    return;
  }
  const title = articles.length === 1 && one(`[data-choose="${CSS.escape(articles[0])}"]`)?.closest("li").dataset.title;
  opens.textContent = `Asking only ${articles.length} of ${all}`;
  if (title) opens.replaceChildren("Asking only ", element("bdi", { textContent: title.slice(0, 70) }));
  const ariaLabel = "Go back to all articles";
  const widen = button("✕", {}, { title: ariaLabel, ariaLabel });
  widen.addEventListener("click", () => {
    choose(null);
    one("#question textarea").focus();
  });
  line.append(widen);
}

// The list was drawn anew: what is gone is no longer chosen, and of all that is left nothing is.
hear("listed", (ids) => {
  const left = chosen()?.filter((id) => ids.includes(id));
  const isAll = left && left.length === Number(listed().dataset.count);
  choose(left && !isAll ? left : null);
});
