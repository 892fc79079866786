/**
 * Writes a run's checkpoints, one after the other. Where the browser can't keep one, training goes
 * on and the next is tried.
 *
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("./environment.js").SessionOptions} SessionOptions
 */
import { wordsOf } from "../../shared/protocol.js";

const EVERY_MS = 15_000;

export class Saver {
  /** @type {Pick<SessionOptions, "now" | "post" | "store" | "orCrash">} */
  #options;
  #due = 0;
  /** The problem that was told last, as JSON. */
  #told = "null";
  /** @type {Uint8Array<ArrayBuffer> | null} the last, whether it could be stored or not */
  checkpoint = null;

  /** @param {Pick<SessionOptions, "now" | "post" | "store" | "orCrash">} options */
  constructor({ now, post, store, orCrash }) {
    this.#options = { now, post, store, orCrash };
  }

  get isDue() {
    return this.#options.now() >= this.#due;
  }

  /**
   * @param {RunInfo} run
   * @param {Pick<import("../../cpu.js").Trainer, "checkpoint">} trainer
   * @returns {Promise<RunInfo>} with what was saved
   */
  async save(run, trainer) {
    const { now, post, store, orCrash } = this.#options;
    const checkpoint = /** @type {Uint8Array<ArrayBuffer>} */ (await orCrash(trainer.checkpoint()));
    this.checkpoint = checkpoint;
    const saved = { ...run, saved: Math.round(now()), bytes: checkpoint.length };
    try {
      await store(saved, checkpoint);
    } catch (error) {
      this.#report(wordsOf(error));
      return run;
    } finally {
      this.#due = now() + EVERY_MS;
    }
    this.#report(null);
    post({ event: "saved", run: saved });
    return saved;
  }

  /** @param {import("../../shared/protocol.js").Words | null} problem */
  #report(problem) {
    const told = JSON.stringify(problem);
    if (told !== this.#told) this.#options.post({ event: "storage", problem });
    this.#told = told;
  }
}
