/** The time that a run has been going on, pauses aside. */
export class Stopwatch {
  #onTick;
  #before = 0;
  /** @type {number | undefined} */
  #since;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {(seconds: number) => void} onTick once a second */
  constructor(onTick) {
    this.#onTick = onTick;
  }

  start() {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#onTick(this.#seconds), 1000);
  }

  stop() {
    if (this.#since === undefined) return;
    clearInterval(this.#timer);
    this.#before = this.#seconds;
    this.#since = undefined;
    this.#onTick(this.#before);
  }

  reset() {
    clearInterval(this.#timer);
    this.#since = undefined;
    this.#before = 0;
  }

  get #seconds() {
    return this.#before + (this.#since === undefined ? 0 : (performance.now() - this.#since) / 1000);
  }
}
