// The page: who is signed in, which room is open, and what is asked for again and again.

import { get, isSignedIn, signOut, whenSignedOut } from "./api.js";
import { isMailed, prepareAccounts, showAccounts } from "./accounts.js";
import { Connection } from "./connection.js";
import { Details } from "./details.js";
import { avatar, find, hasGlassKeyboard, say } from "./dom.js";
import { placeOf } from "./history.js";
import { Messages } from "./messages.js";
import { Rooms, roomForm } from "./rooms.js";
import { Search } from "./search.js";

/** Every so many turns, what others changed, deleted, or joined is looked for too. */
const THOROUGH = 8;
const LONGEST_WAIT = 30_000;
/** The place that comes before that of any message. */
const BEFORE_ALL = "1970-01-01T00:00:00Z,0";

let me = null;
let rooms = null;
let messages = null;
let opened = null;
let latest = null;
let turns = 0;
let reason = sessionStorage.getItem("reason") ?? "";
const drafts = new Map();

const connection = new Connection(ask);
const details = new Details(() => me, { changed: keep, gone: leave });
const search = new Search(() => rooms, () => opened?.id ?? null);
const makeRoom = roomForm(() => me, (room) => {
  rooms.keep(room);
  location.hash = `#/rooms/${room.id}`;
});

/** The place in the page, as the address names it: `#/rooms/7/12` is a message of a room. */
const place = () => location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);

prepareAccounts(() => start());
whenSignedOut((why) => {
  // A new page knows nothing of the last user.
  sessionStorage.setItem("reason", why);
  history.replaceState(null, "", "#/");
  location.reload();
});
addEventListener("hashchange", show);
start();

async function start() {
  sessionStorage.removeItem("reason");
  if (isSignedIn() && !me) await enter();
  await show();
}

/** Reads what the page begins with, however often it takes. */
async function enter() {
  for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      me = await get("auth/users/me/");
      rooms = new Rooms(me);
      await Promise.all([rooms.load(), catchUp()]);
      break;
    } catch (error) {
      if (!error.passes) throw error;
      find("#notice").hidden = false;
      find("#notice span").textContent = error.message;
      await new Promise((done) => setTimeout(done, wait));
    }
  }
  find("#notice").hidden = true;
  find("#me").replaceChildren(avatar(me.id, me.username), me.username);
  messages = new Messages({ me, nameOf: (user, room) => rooms.nameOf(user, room), heard: hear });
  connection.start();
  find("#chat").hidden = false;
  (find("#rooms a") ?? find("#new-room")).focus({ focusVisible: false });
}

/** The latest messages of all rooms: where to go on from, and what the list of rooms shows. */
async function catchUp() {
  const { results } = await get("messages/", { order: "newest", limit: 100 });
  latest = results[0] ?? null;
  results.forEach((message) => rooms.hear(message));
}

async function show() {
  const where = place();
  const isChat = me !== null && !isMailed(where);
  find("#welcome").hidden = isChat;
  find("#chat").hidden = !isChat;
  if (!isChat) return showAccounts(where, reason);
  const [kind, room, message] = where;
  await openRoom(kind === "rooms" ? Number(room) : null, message ? Number(message) : null);
}

async function openRoom(id, message) {
  const isOther = opened?.id !== id;
  if (isOther) leaveOpened();
  find("#chat").classList.toggle("has-room", id !== null);
  if (id === null) return showNothing("Select a room, or create one.");
  try {
    const room = await rooms.whole(id);
    if (place()[1] !== String(id)) return;
    opened = room;
    find("#nothing-open").hidden = true;
    find("#room").hidden = false;
    showRoom();
    rooms.open(id);
    if (isOther) prepareComposer();
    if (message && matchMedia("(max-width: 70rem)").matches) showPanel(null);
    await messages.open(room, message);
    rooms.read(id);
  } catch (error) {
    if (opened?.id === id) leaveOpened();
    const isGone = error.status === 403 || error.status === 404;
    showNothing(isGone ? "This room does not exist, or you are not a member of it." : error.message);
  }
}

function leaveOpened() {
  if (opened) drafts.set(opened.id, find("#composer-text").value);
  opened = null;
  messages.close();
  rooms.open(null);
  if (search.isEverywhere && !find("#search").hidden) return;
  showPanel(null);
  search.clear();
}

function showRoom() {
  find("#room-name").textContent = opened.name;
  const names = opened.users.map(({ username }) => username);
  find("#room-people").textContent = names.length === 1 ? "Only you" : names.join(", ");
  details.show(opened);
}

function showNothing(text) {
  find("#room").hidden = true;
  find("#nothing-open").hidden = false;
  find("#nothing-open h2").textContent = `Hello, ${me.username}`;
  find("#nothing-open p").textContent = rooms.size ? text : "Create your first room, and add people by username.";
  find("#first-room").hidden = rooms.size > 0;
}

/** A room changed, by this user or by others. */
function keep(room) {
  rooms.keep(room);
  if (opened?.id !== room.id) return;
  opened = room;
  showRoom();
  messages.update(room);
}

/** The user is not in a room any more. */
function leave(id) {
  rooms.drop(id);
  if (opened?.id === id) location.hash = "#/";
}

function hear(message) {
  rooms.hear(message);
  if (message.room === opened?.id) rooms.read(message.room);
  else rooms.show();
}

/** One turn: what is new in all rooms, by one request; and now and then, what became of the rest. */
async function ask() {
  turns += 1;
  const heard = [];
  for (let isBehind = true; isBehind;) {
    const after = latest ? placeOf(latest) : BEFORE_ALL;
    const page = await get("messages/", { after, limit: 100 });
    heard.push(...page.results);
    latest = page.results.at(-1) ?? latest;
    isBehind = page.has_more_after;
  }
  for (const message of heard) rooms.hear(message);
  messages.hear(heard);
  const isUnknown = heard.some(({ room }) => !rooms.get(room));
  if (isUnknown || turns % THOROUGH === 0) await askForRest();
  if (opened && !document.hidden) rooms.read(opened.id);
  else if (heard.length) rooms.show();
  return heard.length > 0;
}

async function askForRest() {
  await rooms.load();
  if (!opened) return;
  if (!rooms.get(opened.id)) {
    leave(opened.id);
    say("You are no longer a member of this room.");
    return;
  }
  const { id } = opened;
  const room = await rooms.whole(id);
  if (opened?.id !== id) return;
  if (JSON.stringify(room) !== JSON.stringify(opened)) keep(room);
  await messages.refresh();
}

// What is written.

const composer = find("#composer");
const text = find("#composer-text");

function prepareComposer() {
  text.value = drafts.get(opened.id) ?? "";
  fit();
  if (!hasGlassKeyboard()) text.focus();
}

/** As high as what is written, up to the limit of the style. */
function fit() {
  text.style.height = "auto";
  // The height that is set includes the border.
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

text.addEventListener("input", fit);
text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  // A keyboard on glass has no other way to begin a new line.
  if (event.key === "Enter" && !event.shiftKey && !hasGlassKeyboard()) {
    event.preventDefault();
    composer.requestSubmit();
  } else if (event.key === "ArrowUp" && !text.value) {
    event.preventDefault();
    messages.editLast();
  }
});
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const content = text.value.trim();
  if (!content) return text.focus();
  messages.send(content);
  text.value = "";
  fit();
  text.focus();
});

// The panels.

let opener = null;

function showPanel(id) {
  for (const panel of ["details", "search"]) find(`#${panel}`).hidden = panel !== id;
  find("#chat").classList.toggle("has-panel", id !== null);
}

function openPanel(id, button) {
  opener = button;
  if (!find(`#${id}`).hidden) return closePanel();
  showPanel(id);
  if (id === "details") find("#details-title").focus();
}

function closePanel() {
  showPanel(null);
  opener?.focus();
}

for (const button of ["#open-details", "#open-people"]) {
  find(button).addEventListener("click", (event) => openPanel("details", event.currentTarget));
}
function openSearch(where, button) {
  openPanel("search", button);
  if (!find("#search").hidden) search.prepare(where);
}
find("#open-search").addEventListener("click", (event) => openSearch("room", event.currentTarget));
find("#search-all").addEventListener("click", (event) => openSearch("all", event.currentTarget));
for (const button of document.querySelectorAll(".panel .close")) button.addEventListener("click", closePanel);
for (const panel of document.querySelectorAll(".panel")) {
  panel.addEventListener("keydown", (event) => event.key === "Escape" && closePanel());
}
for (const button of document.querySelectorAll(".make-room")) button.addEventListener("click", makeRoom);
find("#sign-out").addEventListener("click", () => signOut());
