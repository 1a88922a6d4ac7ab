// The desk: cards by key, decisions that can be taken back, the next card before it is asked for.
import * as buffer from "./buffer.js";
import { part, post, seal, tell } from "./frame.js";

const AHEAD = 10;
const PAUSE = 30_000;
const card = document.getElementById("card");
const queue = document.getElementById("queue");
const help = document.getElementById("help");
const cards = new Map();
const gone = new Set();
const due = new Set();
const alone = Boolean(document.querySelector(".desk.alone"));
let place = 0;
let pause;
let sending = false;
let typing;
let looking;
let streak = 0;
let decided = 0;

const rows = () => [...queue.querySelectorAll("li")];
const ids = () => rows().map((row) => row.dataset.id);
const top = () => card.querySelector(".card");
const id = () => top()?.dataset.id || "";
const one = (selector) => document.querySelector(selector);

// ---- cards

function fetched(wanted) {
  if (!cards.has(wanted)) cards.set(wanted, part(`/cards/${wanted}`));
  return cards.get(wanted);
}

function ahead() {
  ids().slice(place, place + AHEAD).forEach(fetched);
  if (queue.dataset.next && rows().length - place < AHEAD) more();
}

async function more() {
  const after = queue.dataset.next;
  queue.dataset.next = "";
  const here = new URLSearchParams(location.search);
  here.set("after", after);
  const { ok, html } = await part(`/queue?${here}`);
  if (!ok) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const known = new Set(ids());
  for (const row of template.content.querySelectorAll("li")) {
    if (!known.has(row.dataset.id)) queue.append(row);
  }
  queue.dataset.next = template.content.querySelector("[data-next]")?.dataset.next || "";
  mark();
}

async function show(index) {
  const all = ids();
  place = Math.max(0, Math.min(index, all.length));
  mark();
  if (place === all.length) return end();
  const wanted = all[place];
  if (id() !== wanted) {
    const { html } = await fetched(wanted);
    if (ids()[place] !== wanted) return;
    card.innerHTML = html;
    beside();
    scrollTo({ top: 0 });
  }
  card.focus({ preventScroll: true });
  closeReasons();
  ahead();
}

// What takes longer than the card: asked for once it has been looked at for a moment.
function beside() {
  clearTimeout(looking);
  const place = card.querySelector("[data-part]");
  if (!place) return;
  looking = setTimeout(async () => {
    const { ok, html } = await part(place.dataset.part);
    if (place.isConnected) place.innerHTML = ok ? html : "";
  }, 150);
}

function end() {
  const open = ids().filter((one) => !isSettled(one)).length;
  card.innerHTML = `<section class="empty"><h1>That was the last of ${rows().length}.</h1><p>${
    open ? `${open} skipped and still open.` : "All of them decided."
  } <kbd>k</kbd> goes back.</p></section>`;
}

const isSettled = (one) => gone.has(one) || buffer.isDecided(one);

function next() {
  const all = ids();
  let index = place + 1;
  while (index < all.length && isSettled(all[index])) index += 1;
  return show(index);
}

// Only the list scrolls to its row: the page stays with the card.
function reveal(row) {
  const list = row.closest(".side");
  if (!list || list.scrollHeight <= list.clientHeight) return;
  const high = row.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (high < 0 || high + row.offsetHeight > list.clientHeight) list.scrollTop += high - list.clientHeight / 3;
}

function mark() {
  rows().forEach((row, index) => {
    const decision = buffer.unsent().find((d) => d.id === row.dataset.id);
    row.toggleAttribute("aria-current", index === place);
    row.className = gone.has(row.dataset.id) ? "sent" : decision ? (decision.yes ? "yes" : "no") : "";
    if (index === place) reveal(row);
  });
  if (!one("#unsent")) return;
  const count = buffer.unsent().length;
  left(count);
  one("#unsent").textContent = count ? `${count} unsent` : "";
  one('[data-do="undo"]').disabled = !count;
  one('[data-do="send"]').hidden = !count;
}

// How many are left and how long they take, at the pace that the server told.
function left(count) {
  const pace = one("#pace");
  if (!pace) return;
  const open = Math.max(0, Number(pace.dataset.total) - count - gone.size);
  const minutes = (open * Number(pace.dataset.each)) / 60;
  const time = minutes < 1 ? "less than a minute" : minutes < 60 ? `about ${Math.round(minutes)} min` : `about ${Math.round(minutes / 60)} h`;
  const done = count + gone.size;
  one("#left").textContent = `${done ? `${done} decided, ` : ""}${open.toLocaleString("en").replaceAll(",", "\u202f")} open, ${time} left`;
}

// Haste is told, never stopped: very many yes in a row, each within a second.
function haste(yes) {
  const now = performance.now();
  streak = yes && now - decided < 1000 ? streak + 1 : 0;
  decided = now;
  if (streak === 25) tell("25 times yes, each within a second. A rest costs less than a wrong rule.", true);
}

// ---- deciding

function may() {
  if (!seal) tell("To decide, sign in.", true);
  else if (!top() || top().dataset.status !== "pending") tell("This was decided already.", true);
  else return true;
  return false;
}

function decide(decision) {
  buffer.add({ id: id(), ...decision });
  haste(decision.yes);
  if (buffer.unsent().length > buffer.MOST) send(buffer.unsent().slice(0, -buffer.MOST));
  mark();
  wait();
  if (alone) tell("Decided, not yet sent: u takes it back.");
  else next();
}

function wait() {
  clearTimeout(pause);
  if (buffer.unsent().length) pause = setTimeout(() => send(buffer.unsent()), PAUSE);
}

// What is to be sent, by card. One call at a time: what comes meanwhile waits for its turn.
async function send(decisions) {
  decisions.forEach((decision) => due.add(decision.id));
  if (sending) return;
  sending = true;
  while (due.size) {
    const [which] = due;
    due.delete(which);
    const decision = buffer.unsent().find((one) => one.id === which);
    if (decision && !(await sent(decision))) due.clear();
    mark();
  }
  sending = false;
  wait();
  if (alone && gone.has(id())) location.reload();
}

// Whether the server can be asked further; a decision it refused is told and let go.
async function sent({ id: which, yes, reason, edit }) {
  try {
    await post(`/cards/${which}/decide`, { yes, reason, ...(edit ? { edit } : {}) });
    gone.add(which);
  } catch (error) {
    if (!error.status || error.status >= 500 || error.status === 429) {
      tell("The server cannot be reached: nothing is lost, it is sent again in half a minute.", true);
      return false;
    }
    cards.delete(which);
    if (error.status === 409) gone.add(which);
    tell(`${error.message}. ${error.next}`, true);
  }
  buffer.drop(which);
  return true;
}

function undo() {
  const last = buffer.takeBack();
  if (!last) return tell("Nothing is unsent. What was sent is undone on its page.");
  const index = ids().indexOf(last.id);
  tell("Taken back.");
  if (index >= 0) show(index);
  else mark();
}

// ---- why not

function askWhy() {
  one("#verbs").hidden = true;
  one("#reasons").hidden = false;
  one("#reasons button").focus();
}

function closeReasons() {
  if (!one("#reasons") || one("#reasons").hidden) return;
  one("#verbs").hidden = false;
  one("#reasons").hidden = true;
  one("#own").value = "";
  card.focus({ preventScroll: true });
}

function reject(reason) {
  closeReasons();
  decide({ yes: false, reason });
}

// ---- editing

const form = () => card.querySelector("form[data-edit]");

function edit() {
  if (!may() || !form()) return;
  form().hidden = false;
  known(form().querySelector("[data-known]"));
  form().querySelector("input, textarea, select")?.focus();
  form().scrollIntoView({ block: "center" });
}

// What a field may also say: listed once somebody writes in it; other words may be written too.
async function known(field) {
  const list = field?.list;
  if (!list || list.options.length) return;
  const { ok, html } = await part(field.dataset.known);
  if (ok) list.innerHTML = html;
}

function unedit() {
  if (!form()) return;
  form().reset();
  form().querySelector(".preview").replaceChildren();
  form().hidden = true;
  card.focus({ preventScroll: true });
}

async function look() {
  const place = form();
  const shown = place.querySelector(".preview");
  const ready = place.querySelector("button.main");
  ready.disabled = true;
  try {
    shown.innerHTML = await post(`/cards/${id()}/preview`, { fields: Object.fromEntries(new FormData(place)) });
    ready.disabled = false;
  } catch (error) {
    const said = document.createElement("p");
    said.className = "bad";
    said.textContent = `${error.message}. ${error.next}`;
    shown.replaceChildren(said);
  }
}

function acceptEdit() {
  const shown = form()?.querySelector(".preview > [data-edit]");
  if (!shown || form().querySelector("button.main").disabled) return;
  const edited = JSON.parse(shown.dataset.edit);
  cards.delete(id());
  decide({ yes: true, reason: "", edit: edited });
}

// ---- many at once, and words

async function allAlike(button) {
  if (!button.dataset.sure) {
    button.dataset.sure = "1";
    button.textContent = `Sure? ${button.textContent.replace("…", "")}`;
    return;
  }
  const yes = button.dataset.alike === "yes";
  try {
    const { done, failed } = await post(`/cards/${id()}/alike`, { yes });
    tell(`${done} decided${failed ? `, ${failed} could not be` : ""}.`);
    location.reload();
  } catch (error) {
    tell(`${error.message}. ${error.next}`, true);
  }
}

async function say(field) {
  if (!field.value.trim()) return;
  try {
    const html = await post(`/cards/${id()}/say`, { text: field.value });
    cards.set(id(), Promise.resolve({ ok: true, html }));
    card.innerHTML = html;
    beside();
  } catch (error) {
    tell(`${error.message}. ${error.next}`, true);
  }
}

// ---- keys and buttons

const verbs = {
  accept: () => may() && decide({ yes: true, reason: "" }),
  reject: () => may() && askWhy(),
  edit,
  unedit,
  skip: next,
  undo,
  send: () => send(buffer.unsent()),
  help: () => help.showModal(),
  back: closeReasons,
};
const keys = { a: "accept", x: "reject", e: "edit", " ": "skip", u: "undo", Backspace: "undo", "?": "help" };

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = event.target.closest("#queue li");
  if (button?.dataset.do) verbs[button.dataset.do]();
  else if (button?.dataset.reason) reject(button.dataset.reason);
  else if (button?.dataset.alike) allAlike(button);
  else if (row && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    show(rows().indexOf(row));
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    return verbs.send();
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form()?.contains(event.target)) {
    event.preventDefault();
    return acceptEdit();
  }
  if (event.key === "Escape") {
    if (!one("#reasons")?.hidden) return closeReasons();
    if (form() && !form().hidden) return unedit();
  }
  const writing = event.target.closest("input, textarea, select");
  if (event.target.id === "own" && event.key === "Enter" && event.target.value.trim()) {
    event.preventDefault();
    return reject(event.target.value.trim());
  }
  if (writing || event.ctrlKey || event.metaKey || event.altKey || help.open) return undefined;
  const reasons = one("#reasons")?.hidden === false ? [...document.querySelectorAll("[data-reason]")] : [];
  const reason = reasons[Number(event.key) - 1];
  if (reason) return reject(reason.dataset.reason);
  if (event.key === " " && event.target.closest("button, a, summary")) return undefined;
  wait();
  if (event.key === "j") show(place + 1);
  else if (event.key === "k") show(place - 1);
  else if (keys[event.key]) {
    event.preventDefault();
    verbs[keys[event.key]]?.();
  }
  return undefined;
});

document.addEventListener("submit", (event) => {
  if (event.target.dataset.say !== undefined) {
    event.preventDefault();
    say(event.target.elements.text);
  } else if (event.target === form()) {
    event.preventDefault();
    acceptEdit();
  }
});

document.addEventListener("input", (event) => {
  if (!form()?.contains(event.target)) return;
  clearTimeout(typing);
  typing = setTimeout(look, 250);
});

// ---- what a reload finds

if (top()) cards.set(id(), Promise.resolve({ ok: true, html: card.innerHTML }));
beside();
const first = ids().findIndex((one) => !isSettled(one));
if (first > 0) show(first);
else if (first < 0 && rows().length && !alone) show(rows().length);
mark();
ahead();
wait();
