// The names that the open article mentions most: a click marks where one stands, and offers to ask.
const lists = new Map(); // HTML by article, until articles change
let namesShown = false;

function showNames() {
  const strip = find(".source-names");
  if (!strip) return;
  find("[data-names]").setAttribute("aria-expanded", String(namesShown));
  strip.hidden = !namesShown;
  if (!namesShown) return;
  const { article } = find(".source").dataset;
  if (strip.dataset.of !== article || !strip.innerHTML) fillNames(strip, article);
  const marked = keys().join(" ");
  let about = "";
  for (const name of strip.querySelectorAll("[data-places]")) {
    const isMarked = name.dataset.places === marked;
    name.setAttribute("aria-pressed", String(isMarked));
    if (isMarked) about = name.dataset.about;
  }
  if ((strip.querySelector("[data-question]")?.dataset.question || "") === about) return;
  strip.querySelector(".suggestion")?.remove();
  if (!about) return;
  const ask = document.createElement("button");
  Object.assign(ask, { type: "button", className: "suggestion", dir: "auto", textContent: about });
  ask.dataset.question = about;
  strip.append(ask);
}

async function fillNames(strip, article) {
  strip.dataset.of = article;
  strip.innerHTML = lists.get(article) || '<p class="note">Looking for names…</p>';
  if (lists.has(article)) return;
  let html;
  try {
    html = await server.named(article);
    lists.set(article, html);
  } catch {
    html = '<p class="note">The names could not be loaded. Please reload the page.</p>';
  }
  const now = find(".source-names");
  if (now.dataset.of === article) now.innerHTML = html; // the observer shows what is marked
}

async function markName(button) {
  const { article } = find(".source").dataset;
  const at = [...element.querySelectorAll("[data-places]")].indexOf(button);
  if (button.getAttribute("aria-pressed") === "true") {
    document.dispatchEvent(new CustomEvent("askvisit:uncited"));
    await painted();
  } else {
    const places = button.dataset.places.split(" ").map((key) => {
      const [start, end] = key.split("-").map(Number);
      return { article, start, end };
    });
    clicked = null;
    await open({ place: places[0], others: places.slice(1) });
  }
  element.querySelectorAll("[data-places]")[at]?.focus({ preventScroll: true });
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.places) markName(button);
  else if (button.dataset.question)
    document.dispatchEvent(new CustomEvent("askvisit:ask", { detail: button.dataset.question }));
  else if (button.dataset.names !== undefined) {
    namesShown = !namesShown;
    showNames();
  }
});

for (const type of ["askvisit:added", "askvisit:removed"])
  document.addEventListener(type, () => lists.clear(), listening);
const drawnAnew = new MutationObserver(showNames);
drawnAnew.observe(element, { childList: true, subtree: true });
listening.signal.addEventListener("abort", () => drawnAnew.disconnect());
