// The page of a PDF beside its text: that of the active citation, or the one turned to. Owns .source-page.
import { all, hear, made, one } from "./dom.js";
import { find, keys, opened, panel } from "./source.js";
import { post, wordsOf } from "./server.js";

const ends = (key) => key.split("-").map(Number);
const ZOOMS = [100, 150, 200, 300]; // per cent of the room that the page has
let turned = null; // the page that somebody turned to, and the citation that was active then

async function show() {
  const frame = find(".source-page");
  if (!frame) return;
  const active = find("mark.active") ?? find("mark.cited");
  const key = active?.dataset.key ?? "";
  if (turned?.frame !== frame || turned.key !== key) turned = null;
  const page = turned?.page ?? Number(active?.dataset.page ?? 1);
  const request = { article: opened(), page, marks: keys().map(ends), active: key ? ends(key) : null };
  const wanted = JSON.stringify(request);
  if (frame.dataset.wanted === wanted) return;
  Object.assign(frame.dataset, { wanted, page, key });
  one(".page-number", frame).textContent = `Page ${page} of ${frame.dataset.pages}`;
  one('[data-turn="-1"]', frame).disabled = page <= 1;
  one('[data-turn="1"]', frame).disabled = page >= Number(frame.dataset.pages);
  let sheet = "";
  let failed = false;
  try {
    sheet = made((await post("leaf", request)).html);
  } catch (error) {
    failed = true;
    sheet = wordsOf(error, "The page could not be shown. Please reload the chat.");
  }
  if (frame.dataset.wanted === wanted) draw(frame, sheet, failed); // or another page is wanted by now
}

function draw(frame, sheet, failed) {
  const view = one(".page-view", frame);
  frame.classList.toggle("failed", failed);
  view.replaceChildren(sheet);
  if (failed) return;
  zoomBy(frame, 0);
  sheet.style.aspectRatio = `${sheet.dataset.width} / ${sheet.dataset.height}`;
  for (const mark of all(".page-mark", sheet)) {
    const [left, top, right, bottom] = mark.dataset.box.split(" ").map(Number);
    const sides = { left, top, width: right - left, height: bottom - top };
    for (const [side, share] of Object.entries(sides)) mark.style[side] = `${share}%`;
  }
  const mark = one(".page-mark.active", sheet);
  if (!mark) return;
  const above = mark.getBoundingClientRect().top - view.getBoundingClientRect().top;
  view.scrollTop += above - view.clientHeight / 3;
}

function zoomBy(frame, by) {
  const at = Math.min(Math.max(Number(frame.dataset.zoom ?? 0) + by, 0), ZOOMS.length - 1);
  frame.dataset.zoom = at;
  one('[data-zoom="-1"]', frame).disabled = at === 0;
  one('[data-zoom="1"]', frame).disabled = at === ZOOMS.length - 1;
  const sheet = one(".page-sheet", frame);
  if (sheet) sheet.style.width = `${ZOOMS[at]}%`;
}

panel.addEventListener("click", (event) => {
  const button = event.target.closest(".source-page button");
  if (!button) return;
  const frame = find(".source-page");
  const { turn, zoom, wide } = button.dataset;
  if (zoom) return zoomBy(frame, Number(zoom));
  if (wide !== undefined) return button.setAttribute("aria-pressed", String(frame.classList.toggle("wide")));
  if (turn) {
    turned = { frame, key: frame.dataset.key, page: Number(frame.dataset.page) + Number(turn) };
    return show();
  }
  const folded = frame.classList.toggle("folded");
  button.textContent = folded ? "Show page" : "Hide page";
  button.setAttribute("aria-expanded", String(!folded));
});
for (const event of ["opened", "marked"]) hear(event, show);
show();
