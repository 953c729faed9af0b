// The messages of the room that is open, on the screen: what is loaded, what is being sent, and what failed.

import { Unreachable, get, patch, post, remove } from "./api.js";
import { confirmed, find, say } from "./dom.js";
import { History, placeOf } from "./history.js";
import { dayRow, rowOf } from "./rows.js";
import { dayOf, isSameDay } from "./times.js";

/** So close to an end of what is loaded, more is. In pixels. */
const NEAR = 500;
/** What one person says within so long stands together. In milliseconds. */
const TOGETHER = 5 * 60_000;
const RETRY = 5_000;

export class Messages {
  #me;
  #nameOf;
  #heard;
  #room = null;
  #history = null;
  #pending = new Map();
  #nodes = new Map();
  #editing = null;
  #loading = false;
  #unseen = false;
  #sending = Promise.resolve();
  #log = find("#log");
  #scroller = find("#scroller");
  /** What can be done with a message where it stands. */
  #deeds = {
    edit: ({ id }) => this.#edit(id),
    save: (message, content) => this.#save(message, content),
    cancel: () => this.#stopEditing(),
    remove: (message) => this.#delete(message),
    retry: (message) => this.#retry(message),
    takeBack: (message) => this.#takeBack(message),
  };
  /** Whether the reader is at the end, and stays there as messages come. */
  #stick = true;

  /** `nameOf` gives what a user is called in a room; `heard` hears of what was sent. */
  constructor({ me, nameOf, heard }) {
    this.#me = me;
    this.#nameOf = nameOf;
    this.#heard = heard;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#stick && this.#toEnd()).observe(this.#scroller);
    find("#to-latest").addEventListener("click", () => this.#latest());
  }

  /** Opens a room at its end, or at one of its messages. */
  async open(room, message = null) {
    const isOther = this.#room?.id !== room.id;
    const history = isOther ? new History(room.id) : this.#history;
    if (isOther) {
      this.#log.replaceChildren();
      this.#nodes.clear();
      find("#beginning").hidden = true;
    }
    this.#room = room;
    this.#history = history;
    this.#editing = null;
    this.#unseen = false;
    if (message !== null && !history.messages.some(({ id }) => id === message)) await history.loadAround(message);
    else if (isOther || (message === null && history.hasAfter)) await history.loadNewest();
    if (this.#history !== history) return;
    this.#stick = message === null;
    this.#show({ aloud: false });
    if (message === null) this.#toEnd();
    else this.#pointOut(message);
    this.#scrolled();
  }

  /** The room is as it is now: who is in it, what it is called. */
  update(room) {
    this.#room = room;
    this.#show({ aloud: false });
  }

  close() {
    this.#room = null;
    this.#history = null;
    this.#nodes.clear();
    this.#log.replaceChildren();
  }

  /** Messages that were sent, by whomever. */
  hear(messages) {
    for (const message of messages.filter(({ user }) => user === this.#me.id)) {
      // One of our own, whose answer is still under way, or was lost.
      const mine = this.#outbox(message.room).find(
        (one) => one.content === message.content && (one.state === "sending" || one.uncertain),
      );
      if (mine) this.#settle(mine, message);
    }
    const here = messages.filter(({ room }) => room === this.#room?.id);
    if (!here.length) return;
    if (!this.#history.hasAfter) this.#history.add(...here);
    this.#unseen ||= !this.#stick && here.some(({ user }) => user !== this.#me.id);
    this.#show();
  }

  /** Takes over what others changed and deleted. */
  async refresh() {
    const history = this.#history;
    if (!history || this.#loading) return;
    await history.refresh();
    if (this.#history === history) this.#show({ aloud: false });
  }

  /** Shows a message at once, and sends it after those before it. */
  send(content) {
    const history = this.#history;
    const last = history.hasAfter ? null : history.messages.at(-1);
    const message = {
      key: `new ${crypto.getRandomValues(new Uint32Array(2)).join("-")}`,
      room: this.#room.id,
      user: this.#me.id,
      content,
      created_at: new Date().toISOString(),
      after: last ? placeOf(last) : undefined,
      state: "sending",
    };
    this.#outbox(message.room).push(message);
    this.#sending = this.#sending.then(() => this.#deliver(message));
    if (history.hasAfter) this.#latest();
    this.#stick = true;
    this.#show();
  }

  /** Edits the user's last message, if it is loaded. */
  editLast() {
    const last = this.#history?.messages.findLast(({ user }) => user === this.#me.id);
    if (last) this.#edit(last.id);
  }

  #outbox(room) {
    if (!this.#pending.has(room)) this.#pending.set(room, []);
    return this.#pending.get(room);
  }

  async #deliver(message) {
    if (!this.#outbox(message.room).includes(message)) return;
    try {
      const arrived = message.uncertain ? await this.#arrived(message) : undefined;
      const { room, content } = message;
      this.#settle(message, arrived ?? (await post("messages/", { room, content })));
    } catch (error) {
      message.state = "failed";
      message.fault = error.message;
      // Where no answer came, it may have been sent all the same.
      message.uncertain = error instanceof Unreachable || error.status >= 500;
      this.#show();
    }
  }

  /** The message as it stands in the room, where an earlier try arrived though its answer did not. */
  async #arrived({ room, user, after, content }) {
    const place = after ? { after } : { order: "newest" };
    const { results } = await get("messages/", { room, user, limit: 100, ...place });
    return results.find((sent) => sent.content === content);
  }

  #settle(message, sent) {
    const outbox = this.#outbox(message.room);
    if (outbox.includes(message)) outbox.splice(outbox.indexOf(message), 1);
    this.#heard(sent);
    if (this.#room?.id !== sent.room) return;
    if (!this.#history.hasAfter) this.#history.add(sent);
    this.#show({ aloud: false });
  }

  #retry(message) {
    message.state = "sending";
    this.#show({ aloud: false });
    this.#sending = this.#sending.then(() => this.#deliver(message));
  }

  /** Puts a message that was not sent back to where it is written. */
  #takeBack(message) {
    const outbox = this.#outbox(message.room);
    outbox.splice(outbox.indexOf(message), 1);
    const text = find("#composer-text");
    text.value = [message.content, text.value].filter(Boolean).join("\n");
    text.dispatchEvent(new Event("input"));
    text.focus();
    this.#show({ aloud: false });
  }

  #edit(id) {
    this.#editing = id;
    this.#show({ aloud: false });
    const text = find("textarea", this.#nodes.get(id).node);
    text?.focus();
    text?.setSelectionRange(text.value.length, text.value.length);
  }

  #stopEditing() {
    this.#editing = null;
    this.#show({ aloud: false });
    find("#composer-text").focus();
  }

  async #save(message, content) {
    if (content.trim() !== message.content) {
      this.#history.add(await patch(`messages/${message.id}/`, { content, room: message.room }));
    }
    this.#stopEditing();
  }

  async #delete(message) {
    if (!(await confirmed("Delete this message?", "The message is deleted for everyone. This cannot be undone.", "Delete"))) return;
    try {
      await remove(`messages/${message.id}/`);
    } catch (error) {
      // Somebody was quicker: gone is gone.
      if (error.status !== 404) return say(error.message);
    }
    this.#history?.drop(message.id);
    this.#show({ aloud: false });
    find("#composer-text").focus();
  }

  /** Brings the list to what is loaded: what stands already stays as it is, and so does what the reader looks at. */
  #show({ aloud = true } = {}) {
    if (!this.#history) return;
    this.#scroller.setAttribute("aria-live", aloud ? "polite" : "off");
    const anchor = this.#stick ? null : this.#anchor();
    const rows = this.#rows();
    const wanted = new Set(rows.map(({ key }) => key));
    for (const [key, { node }] of this.#nodes) {
      if (wanted.has(key)) continue;
      node.remove();
      this.#nodes.delete(key);
    }
    let place = this.#log.firstElementChild;
    for (const { key, look, build } of rows) {
      let known = this.#nodes.get(key);
      if (known?.look !== look) {
        const node = build();
        if (known) {
          if (known.node === place) place = place.nextElementSibling;
          known.node.remove();
        }
        known = { look, node };
        this.#nodes.set(key, known);
      }
      if (known.node === place) place = place.nextElementSibling;
      else this.#log.insertBefore(known.node, place);
    }
    this.#showBeginning();
    if (this.#stick) this.#toEnd();
    else if (anchor) this.#scroller.scrollTop += this.#topOf(anchor.key) - anchor.top;
    this.#showJump();
  }

  #rows() {
    const rows = [];
    const { messages, hasAfter } = this.#history;
    let before = null;
    for (const message of hasAfter ? messages : [...messages, ...this.#outbox(this.#room.id)]) {
      const sent = new Date(message.created_at);
      const isNewDay = !before || !isSameDay(before.sent, sent);
      if (isNewDay) {
        const label = dayOf(sent);
        rows.push({ key: `day ${sent.toDateString()}`, look: label, build: () => dayRow(label, sent) });
      }
      const isFirst = isNewDay || before.user !== message.user || sent - before.sent > TOGETHER;
      const name = this.#nameOf(message.user, this.#room.id);
      const isEdited = message.id !== undefined && message.id === this.#editing;
      const { id, key, updated_at, content, state, fault } = message;
      rows.push({
        key: id ?? key,
        look: JSON.stringify([updated_at, content, isFirst, name, isEdited, state, fault]),
        build: () => rowOf(message, { sent, isMine: message.user === this.#me.id, isFirst, name, isEdited }, this.#deeds),
      });
      before = { user: message.user, sent };
    }
    return rows;
  }

  #showBeginning() {
    const beginning = find("#beginning");
    beginning.hidden = this.#history.hasBefore;
    if (beginning.hidden) return;
    const isEmpty = !this.#history.messages.length && !this.#outbox(this.#room.id).length;
    find("h2", beginning).textContent = this.#room.name;
    find("p", beginning).textContent = isEmpty
      ? "There are no messages yet. Write the first one below."
      : "This is the beginning of the conversation.";
  }

  #anchor() {
    const top = this.#scroller.getBoundingClientRect().top;
    const first = [...this.#log.children].find((row) => row.dataset.key && row.getBoundingClientRect().bottom > top);
    return first ? { key: first.dataset.key, top: first.getBoundingClientRect().top } : null;
  }

  #topOf(key) {
    const row = find(`[data-key="${CSS.escape(key)}"]`, this.#log);
    return row ? row.getBoundingClientRect().top : 0;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #pointOut(id) {
    const row = find(`[data-key="${id}"]`, this.#log);
    if (!row) return say("This message was deleted.");
    row.scrollIntoView({ block: "center" });
    row.classList.add("pointed-out");
    setTimeout(() => row.classList.remove("pointed-out"), 2500);
  }

  #scrolled() {
    if (!this.#history) return;
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const below = scrollHeight - clientHeight - scrollTop;
    this.#stick = below < 40 && !this.#history.hasAfter;
    if (this.#stick) this.#unseen = false;
    this.#showJump();
    if (scrollTop < NEAR && this.#history.hasBefore) this.#load((history) => history.loadOlder());
    else if (below < NEAR && this.#history.hasAfter) this.#load((history) => history.loadNewer());
  }

  #showJump() {
    const jump = find("#to-latest");
    jump.hidden = this.#stick;
    find("span", jump).textContent = this.#unseen ? "New messages" : "Latest messages";
    jump.classList.toggle("unseen-messages", this.#unseen);
  }

  async #latest() {
    const history = this.#history;
    if (history.hasAfter) await history.loadNewest();
    if (this.#history !== history) return;
    this.#stick = true;
    this.#unseen = false;
    this.#show({ aloud: false });
  }

  async #load(load) {
    if (this.#loading) return;
    this.#loading = true;
    const history = this.#history;
    find("#loading").hidden = false;
    try {
      await load(history);
    } catch (error) {
      say(error.message);
      await new Promise((done) => setTimeout(done, RETRY));
    }
    this.#loading = false;
    find("#loading").hidden = true;
    if (this.#history !== history) return;
    this.#show({ aloud: false });
    // What was loaded may not fill the screen.
    this.#scrolled();
  }
}
