/**
 * Writes a run's checkpoints, one after the other. Where the browser can't keep one, training goes
 * on and the next is tried.
 *
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 */
import { messageOf } from "../../shared/protocol.js";

const EVERY_MS = 15_000;

export class Saver {
  /** @type {Pick<import("./session.js").SessionOptions, "now" | "post" | "store">} */
  #options;
  #due = 0;
  /** @type {string | null} */
  #problem = null;
  /** @type {Uint8Array<ArrayBuffer> | null} the last, whether it could be stored or not */
  checkpoint = null;

  /** @param {Pick<import("./session.js").SessionOptions, "now" | "post" | "store">} options */
  constructor({ now, post, store }) {
    this.#options = { now, post, store };
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
    const { now, post, store } = this.#options;
    const checkpoint = /** @type {Uint8Array<ArrayBuffer>} */ (await trainer.checkpoint());
    this.checkpoint = checkpoint;
    const saved = { ...run, saved: Math.round(now()), bytes: checkpoint.length };
    try {
      await store(saved, checkpoint);
    } catch (error) {
      this.#report(messageOf(error));
      return run;
    } finally {
      this.#due = now() + EVERY_MS;
    }
    this.#report(null);
    post({ event: "saved", run: saved });
    return saved;
  }

  /** @param {string | null} problem */
  #report(problem) {
    if (problem !== this.#problem) this.#options.post({ event: "storage", problem });
    this.#problem = problem;
  }
}
