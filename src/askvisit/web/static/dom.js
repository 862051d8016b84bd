// Small helpers of all modules: find, make, tell and hear. Owns nothing.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// The first element of a fragment that the server rendered, which escaped all that it shows.
export function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Makes the parts the children of a node; what is there already stays where it stands, with the focus.
export function place(node, parts) {
  for (const child of [...node.children]) if (!parts.includes(child)) child.remove();
  parts.forEach((part, n) => part !== node.children[n] && node.insertBefore(part, node.children[n] ?? null));
}

// A button of words alone; `data` are its data attributes, which say what it does.
export function button(textContent, data = {}, properties = {}) {
  const node = element("button", { type: "button", className: "quiet", textContent, ...properties });
  Object.assign(node.dataset, data);
  return node;
}

export const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`askvisit:${name}`, { detail }));
export const hear = (name, listen) => document.addEventListener(`askvisit:${name}`, (event) => listen(event.detail));
export const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
