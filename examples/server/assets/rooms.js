// The list of rooms, and the form for a new one.

import { get, post } from "./api.js";
import { find, make, whenSent } from "./dom.js";
import { byPlace, placeOf } from "./history.js";
import { shortly } from "./times.js";

/** As many members of a room as its list shows: one with as many may have more. */
const LISTED_MEMBERS = 100;

export class Rooms {
  #rooms = new Map();
  #latest = new Map();
  #read;
  #me;
  #open = null;

  constructor(me) {
    this.#me = me;
    this.#read = JSON.parse(localStorage.getItem(this.#kept) ?? "{}");
  }

  get size() {
    return this.#rooms.size;
  }

  get(id) {
    return this.#rooms.get(id);
  }

  /** A room with all of its members. */
  async whole(id) {
    const listed = this.#rooms.get(id);
    if (listed && isWhole(listed)) return listed;
    const room = await get(`rooms/${id}/`);
    if (listed) this.#rooms.set(id, room);
    return room;
  }

  /** What a member is called: those who left are known by nothing but their messages. */
  nameOf(user, room) {
    if (user === this.#me.id) return this.#me.username;
    const known = this.#rooms.get(room);
    const inRoom = known?.users.find((member) => member.id === user);
    return inRoom?.username ?? (!known || isWhole(known) ? "Former member" : "A member");
  }

  /** Reads all of the user's rooms. */
  async load() {
    const rooms = new Map();
    for (let page = 1, more = true; more; page += 1) {
      const answer = await get("rooms/", { page, count: "none" });
      for (const room of answer.results) rooms.set(room.id, room);
      more = answer.next !== null;
    }
    this.#rooms = rooms;
    this.show();
  }

  keep(room) {
    this.#rooms.set(room.id, room);
    this.show();
  }

  drop(id) {
    this.#rooms.delete(id);
    this.show();
  }

  /** Notes that a message was sent. */
  hear(message) {
    const latest = this.#latest.get(message.room);
    if (!latest || byPlace(latest, message) < 0) this.#latest.set(message.room, message);
  }

  /** Notes which room is open: what is said in it counts as read. */
  open(id) {
    this.#open = id;
    this.read(id);
  }

  read(id) {
    const latest = this.#latest.get(id);
    if (latest && this.#read[id] !== placeOf(latest)) {
      this.#read[id] = placeOf(latest);
      localStorage.setItem(this.#kept, JSON.stringify(this.#read));
    }
    this.show();
  }

  #isUnread(id) {
    const latest = this.#latest.get(id);
    return Boolean(latest) && latest.user !== this.#me.id && this.#read[id] !== placeOf(latest);
  }

  /** The rooms with something new, less the one that is open. */
  get unread() {
    return [...this.#rooms.keys()].filter((id) => id !== this.#open && this.#isUnread(id)).length;
  }

  show() {
    const rooms = [...this.#rooms.values()].sort((one, other) => this.#order(one, other));
    const list = find("#rooms");
    const focused = document.activeElement?.closest("#rooms a")?.hash;
    list.replaceChildren(...rooms.map((room) => this.#row(room)));
    if (focused) find(`a[href="${focused}"]`, list)?.focus({ preventScroll: true });
    const none = find("#no-rooms");
    none.hidden = rooms.length > 0;
    find("b", none).textContent = this.#me.username;
    document.title = `${this.unread ? `(${this.unread}) ` : ""}${this.#rooms.get(this.#open)?.name ?? "Chat"}`;
  }

  /** Where something was said last comes first, then the newest rooms. */
  #order(one, other) {
    const [first, second] = [this.#latest.get(one.id), this.#latest.get(other.id)];
    if (first && second) return byPlace(second, first);
    return Number(Boolean(second)) - Number(Boolean(first)) || other.id - one.id;
  }

  #row(room) {
    const latest = this.#latest.get(room.id);
    const unread = room.id !== this.#open && this.#isUnread(room.id);
    const who = latest && (latest.user === this.#me.id ? "You" : this.nameOf(latest.user, room.id));
    return make("li", {},
      make("a", {
        href: `#/rooms/${room.id}`,
        className: unread ? "unread" : "",
        "aria-current": room.id === this.#open ? "page" : null,
      },
        make("span", { className: `emblem hue-${room.id % 8}`, "aria-hidden": "true" }, [...room.name][0].toUpperCase()),
        make("span", { className: "name" }, room.name),
        latest ? make("time", { dateTime: latest.created_at }, shortly(new Date(latest.created_at))) : null,
        make("span", { className: "latest" },
          make("span", { className: "preview" }, latest ? `${who}: ${latest.content}` : "No messages yet"),
          unread ? make("span", { className: "dot" }, make("span", { className: "unseen" }, "unread")) : null),
      ));
  }

  get #kept() {
    return `chatapi read ${new URL("../", import.meta.url).pathname} ${this.#me.id}`;
  }
}

/** Whether a room as a list shows it has all of its members. A room that was read by itself may have as many, and is read again. */
const isWhole = (room) => room.users.length !== LISTED_MEMBERS;

/** The user of exactly this name; a fault of `field` where there is none. */
export async function userNamed(username, field) {
  const { results } = await get("auth/users/", { username });
  // Where the server does not look users up, it lists those whom one sees.
  const user = results.find((user) => user.username === username.normalize("NFKC"));
  if (user) return user;
  throw Object.assign(new Error(), {
    faults: { [field]: [`There is no user named “${username}”. Usernames are case-sensitive.`] },
  });
}

/** The form for a new room; `made` hears of each. */
export function roomForm(me, made) {
  const dialog = find("#make-room");
  const form = find("form", dialog);
  find(".cancel", form).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => form.reset());
  whenSent(form, async ({ name, users }) => {
    const names = users.split(",").map((part) => part.trim()).filter(Boolean);
    const others = [];
    for (const username of names) others.push((await userNamed(username, "users")).id);
    const room = await post("rooms/", { name, users: [...new Set([me().id, ...others])] });
    dialog.close();
    made(room);
  });
  return () => {
    for (const fault of form.querySelectorAll(".fault")) fault.textContent = "";
    dialog.showModal();
  };
}
