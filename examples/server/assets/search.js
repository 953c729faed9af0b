// The panel that searches: the newest first, with what matched marked, and older ones on demand.

import { get } from "./api.js";
import { find, make, marked, whenSent } from "./dom.js";
import { placeOf } from "./history.js";
import { inFull, shortly } from "./times.js";

const PAGE = 25;
/** Of a long message, so much before what matched is shown. */
const CONTEXT = 60;

export class Search {
  #rooms;
  #room = () => null;
  #query = null;

  /** `room` gives the id of the room that is open. */
  constructor(rooms, room) {
    this.#rooms = rooms;
    this.#room = room;
    whenSent(find("#search-form"), async ({ search, where }) => {
      this.#query = { search, room: where === "room" ? (this.#room() ?? undefined) : undefined };
      find("#results").replaceChildren();
      await this.#more();
    });
    for (const choice of find("#search-form").elements.where) {
      choice.addEventListener("change", () => this.#query && find("#search-form").requestSubmit());
    }
    find("#more-results").addEventListener("click", async () => {
      try {
        await this.#more();
      } catch (error) {
        find("#found").textContent = error.message;
      }
    });
  }

  /** Prepares the panel for a search of this room, or of all. */
  prepare(where) {
    const form = find("#search-form");
    find("fieldset", form).hidden = this.#room() === null;
    form.elements.where.value = this.#room() === null ? "all" : where;
    form.elements.search.focus();
    form.elements.search.select();
  }

  /** Whether what was found is of all rooms, and so is of use in the next room too. */
  get isEverywhere() {
    return this.#query !== null && this.#query.room === undefined;
  }

  clear() {
    this.#query = null;
    find("#search-form").reset();
    find("#results").replaceChildren();
    find("#found").textContent = "";
    find("#more-results").hidden = true;
  }

  async #more() {
    const list = find("#results");
    const query = this.#query;
    const before = list.lastElementChild?.dataset.place;
    const place = before ? { before } : { order: "newest" };
    const page = await get("messages/", { ...query, ...place, limit: PAGE, highlight: true });
    if (query !== this.#query) return;
    const ranges = new Map(page.highlights.map((found) => [found.id, found.ranges]));
    list.append(...page.results.map((message) => this.#row(message, ranges.get(message.id) ?? [])));
    const shown = list.children.length;
    find("#more-results").hidden = !page.has_more_before;
    find("#found").textContent = shown === 0
      ? "No matches. A message must contain every search term."
      : `${shown}${page.has_more_before ? " or more" : ""} ${shown === 1 ? "message" : "messages"}`;
  }

  #row(message, ranges) {
    const { text, marks } = around(message.content, ranges);
    const room = this.#query.room ? "" : ` in ${this.#rooms().get(message.room)?.name ?? "a room"}`;
    const sent = new Date(message.created_at);
    return make("li", { "data-place": placeOf(message) },
      make("a", { href: `#/rooms/${message.room}/${message.id}` },
        make("span", { className: "author" }, `${this.#rooms().nameOf(message.user, message.room)}${room}`),
        make("time", { dateTime: message.created_at, title: inFull(sent) }, shortly(sent)),
        make("span", { className: "text" }, marked(text, marks)),
      ));
  }
}

/** The part of a long text where it matched, and where in it. */
function around(content, ranges) {
  let from = Math.max(0, (ranges[0]?.start ?? 0) - CONTEXT);
  // Not amid a character of two units.
  if (from > 0 && /[\udc00-\udfff]/.test(content[from])) from += 1;
  const dots = from > 0 ? "…" : "";
  const shift = from - dots.length;
  const marks = ranges.map(({ start, end }) => ({ start: start - shift, end: end - shift }));
  return { text: dots + content.slice(from), marks };
}
