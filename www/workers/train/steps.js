/**
 * Asks a trainer for steps, a chunk at a time.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../cpu.js").StepStats} StepStats
 */
export class Steps {
  #trainer;
  #perEpoch;
  /** The number that were asked for since the run began, those under way included. */
  #asked;
  /** @type {Promise<StepStats> | null} under way while the losses of those before are read */
  #ahead = null;

  /** @param {Trainer} trainer */
  constructor(trainer) {
    this.#trainer = trainer;
    const { step, stepsPerEpoch } = trainer.position;
    this.#perEpoch = stepsPerEpoch;
    this.#asked = step;
  }

  get isAhead() {
    return this.#ahead !== null;
  }

  /**
   * @param {number} count most steps of a chunk; none are beyond the epoch's end
   * @param {boolean} goAhead whether the chunk after may begin now, where that saves time
   * @returns {Promise<StepStats>} what this chunk's steps did
   */
  next(count, goAhead) {
    const work = this.#ahead ?? this.#ask(count);
    // Where a chunk is one long step, reading is nothing beside it, and a pause would await two.
    this.#ahead = goAhead && count > 1 && this.#saves ? this.#ask(count) : null;
    // The chunk that awaits it hears of its failure, and after another failure nobody need.
    this.#ahead?.catch(() => {});
    return work;
  }

  /** @param {number} count */
  #ask(count) {
    this.#asked += Math.min(count, this.#perEpoch - (this.#asked % this.#perEpoch));
    return this.#trainer.step(count, null);
  }

  /** A graphics card need not wait until losses are read; the CPU does one thing at a time. */
  get #saves() {
    return this.#trainer.deviceInfo.kind === "webgpu" && this.#asked % this.#perEpoch > 0;
  }
}
