// The conversation: what was asked and answered. Owns the turns, what was undone, and what is being
// asked; the server keeps none of it.
import { all, element, hear, made, one, tell } from "./dom.js";
import { say, sayAnswer } from "./announcing.js";
import { putIntoBox, box, focusOnNext } from "./box.js";
import { draw, giveUp, pending, showNewest, suggest, waiting } from "./log.js";
import { chosen } from "./scope.js";
import { post, wordsOf } from "./server.js";
import { session } from "./storage.js";

const PATIENCE = 60_000; // milliseconds until a missing answer is given up
const AGAIN = "No answer came. The server may be busy or down: please ask again.";
const HISTORY = 6; // earlier answers that a follow-up may refer to
const SHOWN = 30; // turns; older ones leave the page, so that a long conversation stays fast
const MOST_SENT = 40_000; // characters of history
const MOST_KEPT = 100; // turns of a conversation; the oldest go first

let turns = []; // each as `data`, which is kept, and as the `node` that shows it
let undone = null; // the turns as they were before some were undone
let filling = null; // stops what is still being looked up for the newest answer
let asking = null; // what is being asked: how to stop it, and what stands below the turns meanwhile

export const isAsking = () => asking !== null;
export const turnOf = (node) => turns.find((turn) => turn.node === node.closest(".turn"));

// Asks what was typed or clicked. Returns whether it is being asked.
export function ask(question) {
  if (!question.trim() || asking) return false;
  const offered = all("#chat .suggested [data-ask]").some((button) => button.dataset.ask === question);
  put(turns.length, { question, articles: chosen(), offered });
  return true;
}

// Asks another wording in the place of a question; those after it are undone. `failed` is called with
// words if no answer comes, and nothing is lost.
export function edit(turn, question, failed) {
  if (!question.trim() || asking) return false;
  put(turns.indexOf(turn), { question, articles: chosen() }, failed);
  return true;
}

async function put(at, asked, failed = null) {
  const before = turns.slice(0, at);
  const isLast = at >= turns.length - 1;
  const below = pending(asked.question, failed !== null);
  const lost = document.activeElement?.closest(".suggested, .offered, .source-names, .editing");
  filling?.abort();
  tell("asking");
  session.set("asked", asked.question);
  asking = { abort: new AbortController(), below, before, failed };
  show();
  if (lost) focusOnNext();
  showNewest();
  try {
    const { turn, html, source } = await reply(asked, before, asking.abort.signal);
    const whole = turns;
    asking = null;
    turns = [...before, { data: turn, node: made(html) }].slice(-MOST_KEPT);
    undone = failed && !isLast ? whole : null;
    suggest('<div class="suggested"></div>');
    settle(source);
    fillIn(turns.at(-1), before);
    if (turn.problem && turn.question.length < asked.question.length && !box.value) putIntoBox(asked.question);
  } catch (error) {
    if (error.name === "AbortError") return; // it was stopped, and the page is right
    noAnswer(asked.question, below, failed, error);
  }
}

// Asks the server; a missing answer is given up.
function reply(asked, before, signal) {
  const history = answersOf(before).map((answer) => ({ ...answer, groups: [] }));
  while (history.length > 1 && JSON.stringify(history).length > MOST_SENT) history.shift();
  return post("ask", { ...asked, history }, AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]));
}

// No answer came, at once (too many people ask) or after a long time: the question goes back.
function noAnswer(question, below, failed, error) {
  const words = wordsOf(error, AGAIN);
  asking = null;
  say(words);
  if (failed) {
    show();
    return failed(words);
  }
  giveUp(below, words);
  show(below);
  giveBack(question);
}

// A changed conversation is kept, shown, and read out; its article comes forward.
function settle(source) {
  session.set("asked", "");
  keep();
  show();
  showNewest();
  const newest = turns.at(-1).node;
  sayAnswer(newest);
  tell("answered", { source, node: newest });
}

// below: what stands below the turns, by default what is being asked.
function show(below = asking?.below) {
  const shown = (asking?.before ?? turns).slice(-SHOWN);
  const count = undone && !asking ? undone.length - turns.length : 0;
  const hidden = (asking?.before ?? turns).length - shown.length;
  draw({ turns: shown.map(({ node }) => node), hidden, below, undone: count });
}

// Opening a conversation changes nothing in it; so what another tab deleted stays deleted.
function keep() {
  const kept = turns.map(({ data }) => data);
  if (JSON.stringify(kept) === JSON.stringify(session.get("turns", []))) return;
  session.set("turns", kept);
  tell("kept", kept);
}

// Returns the question that goes back into the box; a new wording still stands in its form.
function stop() {
  if (!asking) return "";
  const question = asking.failed ? "" : session.get("asked", "");
  asking.abort.abort();
  asking = null;
  session.set("asked", "");
  return question;
}

function giveBack(question) {
  if (!box.value) putIntoBox(question);
}

// Takes back the newest question; what was undone before stays restorable.
function undo() {
  giveBack(stop());
  undone = undone?.slice(0, turns.length).every((turn, n) => turn === turns[n]) ? undone : turns;
  turns = turns.slice(0, -1);
  changed();
}

function restore() {
  stop();
  turns = undone ?? turns;
  undone = null;
  changed();
}

// The turns changed, but not by an answer.
function changed() {
  keep();
  show();
  focusOnNext();
  suggestNext();
  tell("shown", turns.at(-1)?.node);
}

export function begin() {
  stop();
  tell("leaving");
  turns = [];
  undone = null;
  putIntoBox("");
  changed();
  tell("begun");
}

// Asks a question once more in its place: for the best guess, or read as it was typed.
async function again(turn, how) {
  const at = turns.indexOf(turn);
  const { question, articles, typed } = turn.data;
  asking = { abort: new AbortController(), below: null, before: turns };
  const { signal } = asking.abort;
  try {
    const answered = await reply({ question, articles, typed, ...how }, turns.slice(0, at), signal);
    asking = null;
    const next = { data: answered.turn, node: made(answered.html) };
    turns = turns.with(at, next);
    keep();
    show();
    sayAnswer(next.node);
    focusOnNext();
    tell("answered", { source: answered.source, node: next.node });
    fillIn(next, turns.slice(0, at));
  } catch (error) {
    if (error.name === "AbortError") return;
    asking = null;
    say(AGAIN);
  }
}

// What is not waited for: what other articles say of the newest answer, and then what to ask next.
// The person's next question comes before it.
async function fillIn(turn, before) {
  const { signal } = (filling = new AbortController());
  const place = one("[data-each]", turn.node);
  if (place) {
    try {
      const sent = { ...turn.data, history: answersOf(before) };
      const { turn: data, html, lead, copy } = await post("each", sent, signal);
      const isOpen = one("details", place)?.open;
      turn.data = data;
      place.replaceWith(made(html));
      if (lead) leadWith(made(lead), turn.node);
      if (isOpen) for (const details of all(".others details", turn.node)) details.open = true;
      const button = one(".actions [data-copy]", turn.node);
      if (button) button.dataset.copy = copy;
      keep();
    } catch {
      // The answer stands without it.
    }
  }
  if (!signal.aborted) suggestNext();
}

// Something newer was found: it leads the answer, and the quotes below stay as they are.
function leadWith(lead, node) {
  const [before, focused] = [one(".dispute", node), document.activeElement];
  one(".citations", node).before(lead);
  if (before?.contains(focused)) all("a", lead).find(({ href }) => href === focused.href)?.focus({ preventScroll: true });
  before?.remove();
  say(all("p", lead).map(({ textContent }) => textContent).join(" "));
}

async function suggestNext() {
  const mine = turns;
  const citations = turns.at(-1)?.data.answer?.citations ?? [];
  const at_hand = citations[0]?.article_id ?? null;
  const cited = citations.filter(({ article_id }) => article_id === at_hand).map(({ start, end }) => [start, end]);
  const asked = turns.slice(-SHOWN).map(({ data }) => data.question.slice(0, 200));
  try {
    const { html } = await post("suggested", { asked, at_hand, cited, articles: chosen() });
    if (turns === mine) suggest(html);
  } catch {
    // What was suggested before still can be asked.
  }
}
hear("scoped", suggestNext);

// A turn as the server rendered it anew, with other data.
export function replace(turn, { turn: data, html }) {
  const next = { data, node: made(html) };
  turns = turns.map((one) => (one === turn ? next : one));
  keep();
  show();
  return next;
}

export const kept = () => turns.map(({ data }) => data);
const answersOf = (some) => some.flatMap(({ data }) => data.answer ?? []).slice(-HISTORY);
export const answersBefore = (turn) => answersOf(turns.slice(0, turns.indexOf(turn)));

// Shows a conversation that was kept. Nothing is asked anew unless what an answer cites has changed, or
// it cannot be read. Raises what `post` does; then the page is as it was.
export async function open(data) {
  stop();
  asking = { abort: new AbortController(), below: waiting("Opening the conversation…"), before: [] };
  const mine = asking;
  show();
  try {
    const opened = [];
    let source = {};
    for (let first = 0; first < data.length; first += SHOWN) {
      const some = data.slice(first, first + SHOWN);
      const answer = await post("turns", { turns: some }, mine.abort.signal);
      source = answer.source;
      for (const [n, html] of answer.turns.entries()) {
        if (html !== null) opened.push({ data: some[n], node: made(html) });
        else source = await askAnew(some[n], opened, mine);
      }
    }
    asking = null;
    [turns, undone] = [opened, null];
    settle(source);
    suggestNext();
  } catch (error) {
    if (error.name === "AbortError") return;
    asking = null;
    throw error;
  }
}

// Asks a question of a kept conversation again, and puts it behind those that are open already.
async function askAnew(kept, opened, { below, abort }) {
  one("p", below).textContent = "Asking the questions of this conversation again…";
  const { question, articles = null, guess = false, typed = false, offered = false } = kept;
  const { turn, html, source } = await reply({ question, articles, guess, typed, offered }, opened, abort.signal);
  opened.push({ data: turn, node: made(html) });
  if (isOther(kept, turn)) markChanged(opened.at(-1).node);
  return source;
}

const placesOf = ({ answer, cited }) =>
  cited ?? answer?.citations?.map(({ article_id, start, end }) => [article_id, start, end]);
const isOther = (before, after) => {
  const places = placesOf(before);
  return Boolean(places) && JSON.stringify(places) !== JSON.stringify(placesOf(after) ?? []);
};

function markChanged(node) {
  const textContent = "This answer is not the same as before: the articles have changed since.";
  one(".message.bot", node).prepend(element("p", { className: "problem changed", textContent }));
}

export function failedToOpen(words) {
  const below = waiting(words);
  giveUp(below, words);
  say(words);
  show(below);
}

one("#chat").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { ask: question, guess, typed, undo: takesBack, restore: restores, stop: stops } = button.dataset;
  if (question !== undefined) ask(question);
  else if (stops !== undefined) {
    giveBack(stop());
    show();
    suggestNext();
    focusOnNext();
    tell("stopped");
  } else if (takesBack !== undefined) undo();
  else if (restores !== undefined) restore();
  else if (asking) return; // the answer that is on its way would be lost
  else if (guess !== undefined) again(turnOf(button), { guess: true });
  else if (typed !== undefined) again(turnOf(button), { typed: true });
});

// A page that is loaded anew goes on with its conversation; a question whose answer never came is put
// back into the box.
export function resume() {
  const data = session.get("turns", []);
  const unanswered = session.get("asked", "");
  if (unanswered) putIntoBox(unanswered);
  if (!data.length) return;
  open(data).catch(() => failedToOpen("The conversation could not be shown. Please reload the page in a moment."));
}
