// What this browser keeps for longer than a visit. Where storing is forbidden, nothing is kept.
function stored(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`askvisit-${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Returns whether there was room for it.
function store(name, value) {
  try {
    localStorage.setItem(`askvisit-${name}`, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function forget(name) {
  try {
    localStorage.removeItem(`askvisit-${name}`);
  } catch {
    // Nothing was kept.
  }
}

function namesStored(prefix) {
  try {
    const start = `askvisit-${prefix}`;
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice("askvisit-".length));
  } catch {
    return [];
  }
}

// The newest questions of a conversation, as many as are sent to the server. A question may say
// `true` for its articles: the same as those of the question before.
const MOST_SENT = 20_000; // characters
function trimmed(kept) {
  const items = JSON.parse(kept);
  while (items.length > 1 && JSON.stringify(items).length >= MOST_SENT) {
    const [, , articles] = items.shift();
    if (items[0]?.[2] === true) items[0][2] = articles;
  }
  return JSON.stringify(items);
}
