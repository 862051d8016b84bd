// What this browser keeps: a tab's state until the tab is closed, everything else for longer.
// Where storing is forbidden, a tab is kept until it is loaded anew, and nothing else is.
const PREFIX = "askvisit-";
const notStored = new Map();

// Storing may be forbidden (also to name what stores), or full; what is kept may be no JSON.
function attempt(use, otherwise) {
  try {
    return use() ?? otherwise;
  } catch {
    return otherwise;
  }
}

const read = (kind, name, otherwise) => attempt(() => JSON.parse(window[kind].getItem(PREFIX + name)), otherwise);

// Returns whether there was room for it.
function write(kind, name, value) {
  return attempt(() => {
    window[kind].setItem(PREFIX + name, JSON.stringify(value));
    return true;
  }, false);
}

export const session = {
  get: (name, otherwise = null) =>
    notStored.has(name) ? notStored.get(name) : read("sessionStorage", name, otherwise),
  set(name, value) {
    if (write("sessionStorage", name, value)) notStored.delete(name);
    else notStored.set(name, value);
  },
};

export const stored = (name, otherwise) => read("localStorage", name, otherwise);
export const store = (name, value) => write("localStorage", name, value);
export const forget = (name) => attempt(() => localStorage.removeItem(PREFIX + name));
export const namesStored = (prefix) =>
  attempt(() => Object.keys(localStorage), [])
    .filter((name) => name.startsWith(PREFIX + prefix))
    .map((name) => name.slice(PREFIX.length));

// A file that the server wrote is saved without a second request.
export function saveFile({ name, type, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
