import { find, setText } from "../dom.js";
import { sayWords } from "../words.js";
import { accuracy, bytes, duration, loss, whole } from "./format.js";

/**
 * @typedef {import("../../shared/train/protocol.js").DeviceState} DeviceState
 * @typedef {import("../../shared/train/protocol.js").Position} Position
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 */

const NAMES = /** @type {const} */ ([
  "step", "epoch", "loss", "train-accuracy", "validation-accuracy", "test-accuracy",
  "images-per-second", "time-left", "elapsed", "memory", "train-device", "train-reason",
]);

/** The numbers of the run. */
export class NumbersView {
  #run;
  #places;

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   */
  constructor(panel, run) {
    const entries = NAMES.map((name) => [name, find(name, HTMLElement, panel)]);
    this.#run = run;
    this.#places = /** @type {Record<typeof NAMES[number], HTMLElement>} */ (Object.fromEntries(entries));
    run.addEventListener("change", () => this.#render());
  }

  #render() {
    const texts = textsOf(this.#run);
    for (const name of NAMES) setText(this.#places[name], texts[name] ?? "–");
  }
}

/**
 * @param {CurrentRun} run
 * @returns {Partial<Record<typeof NAMES[number], string>>} what is known
 */
function textsOf({ position, record, speed, device, elapsed, isLearning }) {
  return {
    ...(position && textsOfPosition(position)),
    loss: loss(record.loss.last),
    "train-accuracy": accuracy(record.accuracy.last),
    "validation-accuracy": accuracy(record.of("validation").at(-1)?.accuracy),
    "test-accuracy": accuracy(record.of("test").at(-1)?.accuracy),
    "images-per-second": speed && whole(speed.imagesPerSecond),
    // A run that is over leaves nothing to wait for.
    "time-left": speed && isLearning ? duration(speed.secondsLeft) : undefined,
    elapsed: elapsed === undefined ? undefined : duration(elapsed),
    memory: speed && bytes(speed.memory),
    "train-device": device && nameOf(device),
    "train-reason": device?.reason ? sayWords(device.reason) : "",
  };
}

/** @param {Position} position */
function textsOfPosition({ step, steps, epoch, epochs }) {
  return {
    step: `${whole(step)} / ${whole(steps)}`,
    // The one that is going on.
    epoch: `${whole(Math.min(epoch + 1, epochs))} / ${whole(epochs)}`,
  };
}

/** @param {DeviceState} device */
function nameOf({ name, description }) {
  const how = sayWords(description);
  return how ? `${name} · ${how}` : name;
}
