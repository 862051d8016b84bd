// What is pinned to the notebook, in this browser: the sentences, and where they stand.
const MOST_PINS = 300;
const PINS = "pins";

function pins() {
  return stored(PINS, []);
}

function isSamePin(one, other) {
  const words = ({ article, sentences }) => JSON.stringify([article, sentences]);
  return words(one) === words(other);
}

// Returns what became of it, in words.
function addPin({ article, title, about, sentences, question }) {
  const all = pins();
  const pin = { article, title, about, sentences, question };
  if (all.some((one) => isSamePin(one, pin))) return "Already pinned";
  if (all.length >= MOST_PINS) return "The notebook is full";
  if (!store(PINS, [...all, pin])) return "Browser storage is full";
  document.dispatchEvent(new CustomEvent("askvisit:pinned"));
  return "Pinned";
}
