// Asks again and again for what is new: gently, not at all while nobody looks, and ever more rarely while it fails.

import { find } from "./dom.js";

const OFTEN = 3_000;
const SELDOM = 10_000;
const LONGEST = 60_000;
/** After so long without anything new, and without anybody doing anything, it asks seldom. */
const QUIET = 120_000;

export class Connection {
  #ask;
  #timer = 0;
  #asking = false;
  #running = false;
  #failures = 0;
  #stirred = Date.now();

  /** `ask` resolves to whether there was something new. */
  constructor(ask) {
    this.#ask = ask;
    document.addEventListener("visibilitychange", () => this.#wake());
    addEventListener("online", () => this.#wake());
    addEventListener("offline", () => this.#tell());
    for (const deed of ["keydown", "pointerdown"]) {
      addEventListener(deed, () => (this.#stirred = Date.now()), { passive: true });
    }
    find("#notice button").addEventListener("click", () => this.now());
  }

  start() {
    this.#running = true;
    this.#failures = 0;
    this.#stirred = Date.now();
    this.#plan(OFTEN);
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    find("#notice").hidden = true;
  }

  /** Asks at once. */
  now() {
    if (this.#running) this.#plan(0);
  }

  #wake() {
    if (document.hidden) clearTimeout(this.#timer);
    else this.now();
  }

  #plan(delay) {
    clearTimeout(this.#timer);
    if (this.#running && !document.hidden) this.#timer = setTimeout(() => this.#turn(), delay);
  }

  async #turn() {
    if (this.#asking) return;
    this.#asking = true;
    let wait = 0;
    try {
      if (await this.#ask()) this.#stirred = Date.now();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      wait = (error.retryAfter ?? 0) * 1000;
      if (!error.passes) console.error(error);
    } finally {
      this.#asking = false;
    }
    if (!this.#running) return;
    const usual = Date.now() - this.#stirred < QUIET ? OFTEN : SELDOM;
    // Not all clients of a server that comes back should ask at the same moment.
    const backOff = Math.min(OFTEN * 2 ** this.#failures, LONGEST) * (0.75 + Math.random() / 2);
    this.#tell();
    this.#plan(this.#failures ? Math.max(wait, backOff) : usual);
  }

  #tell() {
    const notice = find("#notice");
    const text = navigator.onLine
      ? "The server cannot be reached. Trying again…"
      : "You are offline. New messages appear when you are online again.";
    // One failure is no news: the next request mostly works.
    notice.hidden = !this.#running || (navigator.onLine && this.#failures < 2);
    if (!notice.hidden && find("span", notice).textContent !== text) find("span", notice).textContent = text;
    if (notice.hidden) find("span", notice).textContent = "";
  }
}
