// The page of a PDF beside its text: that of the active citation, or the one turned to.
let turned; // {article, key, page}: a page that somebody turned to, until another citation is active

function showPage() {
  const frame = find(".source-page");
  if (!frame) return;
  const article = find(".source").dataset.article;
  const active = find("mark.active") || find("mark.cited");
  const key = active?.dataset.key || "";
  if (turned?.article !== article || turned.key !== key) turned = undefined;
  const page = turned?.page || Number(active?.dataset.page || 1);
  const marked = keys();
  const wanted = JSON.stringify([article, key, page, marked]);
  if (frame.dataset.wanted === wanted) return;
  frame.dataset.wanted = wanted;
  const last = Number(frame.dataset.pages);
  frame.querySelector(".page-number").textContent = `Page ${page} of ${last}`;
  frame.querySelector('[data-turn="-1"]').disabled = page <= 1;
  frame.querySelector('[data-turn="1"]').disabled = page >= last;
  drawPage(frame, wanted, { article, page, marks: marked.map(ends), active: key && ends(key) });
}

async function drawPage(frame, wanted, request) {
  const answer = (await ask(request)) || { error: "The page could not be shown. Please reload the chat." };
  if (frame.dataset.wanted !== wanted) return; // another page is wanted by now
  const view = frame.querySelector(".page-view");
  frame.classList.toggle("failed", Boolean(answer.error));
  if (answer.error) view.textContent = answer.error;
  else view.innerHTML = answer.html;
  const mark = view.querySelector(".page-mark.active");
  if (!mark) return;
  const above = mark.getBoundingClientRect().top - view.getBoundingClientRect().top;
  view.scrollTop += above - view.clientHeight / 3;
}

function ends(key) {
  return key.split("-").map(Number);
}

element.addEventListener("click", (event) => {
  const button = event.target.closest(".source-page button");
  if (!button) return;
  const frame = find(".source-page");
  if (button.dataset.turn) {
    const [article, key, page] = JSON.parse(frame.dataset.wanted);
    turned = { article, key, page: page + Number(button.dataset.turn) };
    showPage();
  } else {
    const folded = frame.classList.toggle("folded");
    button.textContent = folded ? "Show page" : "Hide page";
    button.setAttribute("aria-expanded", String(!folded));
  }
});

const watching = new MutationObserver(showPage);
const changes = { attributes: true, attributeFilter: ["class"], childList: true, subtree: true };
watching.observe(element, changes);
listening.signal.addEventListener("abort", () => watching.disconnect());
showPage();
