/** The speed of training: over the last seconds of it, pauses and evaluations left out. */

const WINDOW_MS = 5_000;

/** @typedef {{ steps: number, images: number, milliseconds: number }} Chunk */

export class Meter {
  /** @type {Chunk[]} */
  #chunks = [];

  /** @param {Chunk} chunk */
  add(chunk) {
    this.#chunks.push(chunk);
    while (this.#chunks.length > 1 && this.#sum("milliseconds") - this.#chunks[0].milliseconds >= WINDOW_MS) {
      this.#chunks.shift();
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

  /** @param {keyof Chunk} what */
  #sum(what) {
    return this.#chunks.reduce((sum, chunk) => sum + chunk[what], 0);
  }
}
