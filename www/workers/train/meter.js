/** How fast training is: over the last seconds of it, pauses and evaluations left out. */

const WINDOW_MS = 5_000;

/** @typedef {{ steps: number, images: number, milliseconds: number }} Turn */

export class Meter {
  /** @type {Turn[]} */
  #turns = [];

  /** @param {Turn} turn */
  add(turn) {
    this.#turns.push(turn);
    while (this.#turns.length > 1 && this.#sum("milliseconds") - this.#turns[0].milliseconds >= WINDOW_MS) {
      this.#turns.shift();
    }
  }

  get imagesPerSecond() {
    return this.#perSecond("images");
  }

  get stepsPerSecond() {
    return this.#perSecond("steps");
  }

  /** @param {"images" | "steps"} what */
  #perSecond(what) {
    const seconds = this.#sum("milliseconds") / 1000;
    return seconds > 0 ? this.#sum(what) / seconds : 0;
  }

  /** @param {keyof Turn} what */
  #sum(what) {
    return this.#turns.reduce((sum, turn) => sum + turn[what], 0);
  }
}
