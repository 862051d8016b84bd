// What this browser keeps: a tab's state until the tab is closed, everything else for longer.
// Where storing is forbidden, a tab is kept until it is loaded anew, and nothing else is.
const PREFIX = "askvisit-";
const notStored = new Map();

export const session = {
  get(name, otherwise = null) {
    if (notStored.has(name)) return notStored.get(name);
    try {
      return JSON.parse(sessionStorage.getItem(PREFIX + name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  },
  set(name, value) {
    try {
      sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
      notStored.delete(name);
    } catch {
      notStored.set(name, value);
    }
  },
};

export function stored(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

// Returns whether there was room for it.
export function store(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}

export function namesStored(prefix) {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX + prefix));
    return names.map((name) => name.slice(PREFIX.length));
  } catch {
    return [];
  }
}

// A file that the server wrote is saved without a second request.
export function saveFile({ name, type, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
