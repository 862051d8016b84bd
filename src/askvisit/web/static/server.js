// Asks the server, which keeps nothing. Owns how that is done and what fails.
export class Refused extends Error {} // in the server's words, for the user

// What to tell of an error: the server's words, or that none came.
export const wordsOf = (error, otherwise) => (error instanceof Refused ? error.message : otherwise);

// Raises `Refused`; an error of another kind if no answer came, or "AbortError" if it was stopped.
export async function post(path, data = {}, signal = undefined) {
  const response = await send(path, data, signal);
  return response.json();
}

// Calls back with each line of JSON that the answer has, as it comes.
export async function stream(path, data, each) {
  const response = await send(path, data);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let left = "";
  for (;;) {
    const { value = "", done } = await reader.read();
    const lines = (left + value).split("\n");
    left = lines.pop();
    for (const line of lines) await each(JSON.parse(line));
    if (done) return;
  }
}

async function send(path, data, signal) {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`page/${path}`, { method: "POST", headers, body: JSON.stringify(data), signal });
  if (response.ok) return response;
  const isBusy = response.status === 503;
  const { detail } = await response.json();
  throw isBusy ? new Error(detail) : new Refused(detail);
}
