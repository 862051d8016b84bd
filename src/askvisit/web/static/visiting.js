// What the browser's history and links from elsewhere have to do with the article.
// Each citation that is followed is a step of the browser's history, so that Back returns from it.
import { all, hear } from "./dom.js";
import { follow, goBack, open, placeOf, showAnswer, showEnd } from "./source.js";
import { session } from "./storage.js";

let at = history.state?.askvisit;
// A link from outside: ?article=…, and with &start=…&end=… the place in it. A conversation comes first.
const outside = new URLSearchParams(location.search).has("article");
let wanted = outside && session.get("turns", []).length > 0;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.cite");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (location.href !== link.href) {
    history.pushState({ askvisit: "cite" }, "", link.href);
    at = "cite";
  }
  follow(link);
});

window.addEventListener("popstate", (event) => {
  const before = at;
  at = event.state?.askvisit;
  if (before === "help") return; // it covered the page, which is as it was
  if (at === "cite") openWanted();
  else if (before === "cite" && at !== "help") goBack();
});
hear("helping", () => (at = "help"));

function openWanted() {
  wanted = false;
  const link = all("#chat .message a.cite, #reading a.cite").findLast((one) => one.href === location.href);
  if (link) return follow(link);
  const place = placeOf({ href: location.href, dataset: {} });
  const hasPlace = new URLSearchParams(location.search).has("start"); // Back may have changed it
  return open(hasPlace ? { place } : { article: place.article });
}

hear("answered", (answer) => {
  if (wanted) return openWanted();
  const isEarlier = answer.source.html && location.search.includes("article=");
  if (isEarlier) history.replaceState(null, "", location.pathname);
  at = undefined;
  showAnswer(answer);
});
hear("shown", showEnd);

if (outside && !wanted) openWanted();
