/**
 * Gathers what steps did, and posts it about ten times a second.
 *
 * @typedef {import("../../cpu.js").StepStats} StepStats
 * @typedef {import("../../shared/train/protocol.js").StepsEvent} StepsEvent
 */
import { Meter } from "./meter.js";

const EVERY_MS = 100;

export class Progress {
  /** @type {Pick<import("./session.js").SessionOptions, "post" | "now" | "memory">} */
  #options;
  #meter = new Meter();
  #posted = 0;
  /** @type {StepStats[]} since the last were posted */
  #stats = [];

  /** @param {Pick<import("./session.js").SessionOptions, "post" | "now" | "memory">} options */
  constructor(options) {
    this.#options = options;
  }

  /**
   * @param {StepStats} stats
   * @param {number} milliseconds that they took
   */
  add(stats, milliseconds) {
    this.#meter.add({ steps: stats.losses.length, images: stats.images, milliseconds });
    this.#stats.push(stats);
    if (this.#options.now() - this.#posted >= EVERY_MS) this.flush();
  }

  get stepsPerSecond() {
    return this.#meter.stepsPerSecond;
  }

  flush() {
    const latest = this.#stats.at(-1);
    if (!latest) return;
    const { imagesPerSecond, stepsPerSecond } = this.#meter;
    this.#options.post({
      event: "steps",
      position: positionOf(latest),
      losses: join(this.#stats.map(({ losses }) => losses)),
      accuracies: join(this.#stats.map(({ accuracies }) => accuracies)),
      learningRates: join(this.#stats.map(({ learningRates }) => learningRates)),
      imagesPerSecond,
      secondsLeft: (latest.steps - latest.step) / stepsPerSecond,
      memory: this.#options.memory(),
    });
    this.#stats = [];
    this.#posted = this.#options.now();
  }
}

/**
 * @param {StepStats} stats
 * @returns {import("../../cpu.js").Position} without what the steps did
 */
export function positionOf({ step, steps, epoch, epochs, stepsPerEpoch, learningRate, done }) {
  return { step, steps, epoch, epochs, stepsPerEpoch, learningRate, done };
}

/** @param {Float32Array[]} parts */
function join(parts) {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
