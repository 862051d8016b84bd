// What the browser's history and links from elsewhere have to do with the article.
// Each citation that is followed is a step of the browser's history, so that Back returns from it.
let at = history.state?.askvisit;

function remember(link) {
  if (location.href === link.href) return;
  history.pushState({ askvisit: "cite" }, "", link.href);
  at = "cite";
}

window.addEventListener(
  "popstate",
  (event) => {
    const before = at;
    at = event.state?.askvisit;
    if (before === "help") return; // it covered the page, which is as it was
    if (at === "cite") openWanted();
    else if (before === "cite" && at !== "help") goBack();
  },
  listening,
);
document.addEventListener("askvisit:helping", () => (at = "help"), listening);

// A link from outside: ?article=…, and with &start=…&end=… the place in it.
const outside = new URLSearchParams(location.search);
const conversation = askvisitSession.get("kept") || "[]";
let wanted = outside.has("article") && conversation !== "[]"; // the conversation comes first

function openWanted() {
  wanted = false;
  const links = [...document.querySelectorAll("#chat .message a.cite, #reading a.cite")];
  const link = links.findLast((one) => one.href === location.href);
  if (link) return follow(link);
  const place = placeOf({ href: location.href, dataset: {} });
  const hasPlace = new URLSearchParams(location.search).has("start"); // Back may have changed it
  return open(hasPlace ? { place } : { article: place.article });
}
if (outside.has("article") && !wanted) openWanted();
