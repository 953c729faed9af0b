// The messages of a room that are loaded: a stretch of its history without gaps, extended by place.

import { get } from "./api.js";

const PAGE = 50;

/** A message's place, good also when the message is gone. */
export const placeOf = ({ created_at, id }) => `${created_at},${id}`;

/** Times of even seconds come without a fraction. */
const moment = ({ created_at }) => created_at.replace(/(\.\d+)?Z$/, (_, part = ".") => part.padEnd(7, "0"));

/** The order of the API's: by time and then id. */
export function byPlace(one, other) {
  const [first, second] = [moment(one), moment(other)];
  return first === second ? one.id - other.id : first < second ? -1 : 1;
}

export class History {
  messages = [];
  hasBefore = false;
  hasAfter = false;
  #room;

  constructor(room) {
    this.#room = room;
  }

  /** The latest page, in place of what is loaded. */
  async loadNewest() {
    const page = await this.#page({ order: "newest" });
    this.#replace(page.results.reverse(), page.has_more_before, false);
  }

  /** A message with what stands around it, in place of what is loaded. */
  async loadAround(id) {
    const page = await this.#page({ around: id });
    this.#replace(page.results, page.has_more_before, page.has_more_after);
  }

  async loadOlder() {
    const page = await this.#page({ before: placeOf(this.messages[0]) });
    this.add(...page.results);
    this.hasBefore = page.has_more_before;
  }

  async loadNewer() {
    const page = await this.#page({ after: placeOf(this.messages.at(-1)) });
    this.add(...page.results);
    this.hasAfter = page.has_more_after;
  }

  /** Takes over what others changed and deleted among the latest. */
  async refresh() {
    if (this.hasAfter) return;
    const asked = new Set(this.messages.map((message) => message.id));
    const page = await this.#page({ order: "newest" });
    const first = page.has_more_before ? page.results.at(-1) : null;
    const older = first ? this.messages.filter((message) => byPlace(message, first) < 0) : [];
    // What arrived meanwhile, the page may not have.
    const meanwhile = this.messages.filter((message) => !asked.has(message.id));
    this.messages = [...older, ...page.results.reverse()];
    this.add(...meanwhile);
    if (!older.length) this.hasBefore = page.has_more_before;
  }

  /** Messages that were sent, changed, or found: each is there once, in its place. */
  add(...messages) {
    const known = new Map(this.messages.map((message) => [message.id, message]));
    for (const message of messages) known.set(message.id, message);
    this.messages = [...known.values()].sort(byPlace);
  }

  drop(id) {
    this.messages = this.messages.filter((message) => message.id !== id);
  }

  #page(query) {
    return get("messages/", { room: this.#room, limit: PAGE, ...query });
  }

  #replace(messages, hasBefore, hasAfter) {
    Object.assign(this, { messages, hasBefore, hasAfter });
  }
}
