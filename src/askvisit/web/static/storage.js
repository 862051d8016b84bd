// What this browser keeps: a tab's state until the tab is closed, everything else for longer.
// Where storing is forbidden, a tab is kept until it is loaded anew, and nothing else is.
window.askvisitSession ||= {
  notStored: new Map(),
  get(name) {
    if (this.notStored.has(name)) return this.notStored.get(name);
    try {
      return sessionStorage.getItem(`askvisit-${name}`) || "";
    } catch {
      return "";
    }
  },
  set(name, value) {
    try {
      sessionStorage.setItem(`askvisit-${name}`, value);
      this.notStored.delete(name);
    } catch {
      this.notStored.set(name, value);
    }
  },
};

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

// The questions of a conversation without the first ones. A question may say `true` for its articles:
// the same as those of the question before.
function withoutFirst(items, count) {
  const left = items.slice(count);
  if (left[0]?.[2] === true) {
    const [, , articles] = items.slice(0, count).findLast(([, , listed]) => listed !== true);
    left[0] = left[0].with(2, articles);
  }
  return left;
}

// The newest questions of a conversation, as many as are sent to the server.
const MOST_SENT = 20_000; // characters
function trimmed(kept) {
  let items = JSON.parse(kept);
  while (items.length > 1 && JSON.stringify(items).length >= MOST_SENT) items = withoutFirst(items, 1);
  return JSON.stringify(items);
}
