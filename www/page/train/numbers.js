import { find } from "../dom.js";
import { accuracy, bytes, duration, loss, whole } from "./format.js";

/**
 * @typedef {import("../../shared/train/protocol.js").StepsEvent} StepsEvent
 * @typedef {import("../../shared/train/protocol.js").Position} Position
 * @typedef {import("./record.js").RunRecord} RunRecord
 */

const NAMES = /** @type {const} */ ([
  "step", "epoch", "loss", "train-accuracy", "validation-accuracy", "test-accuracy",
  "images-per-second", "time-left", "elapsed", "memory", "train-device", "train-reason",
]);

/** The numbers of the run. */
export class NumbersView {
  #places;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    const entries = NAMES.map((name) => [name, find(name, HTMLElement, panel)]);
    this.#places = /** @type {Record<typeof NAMES[number], HTMLElement>} */ (Object.fromEntries(entries));
  }

  clear() {
    for (const name of NAMES) this.#set(name, name === "train-reason" ? "" : "–");
  }

  /** @param {Position} position */
  showPosition({ step, steps, epoch, epochs }) {
    this.#set("step", `${whole(step)} / ${whole(steps)}`);
    // The one that is going on.
    this.#set("epoch", `${whole(Math.min(epoch + 1, epochs))} / ${whole(epochs)}`);
  }

  /** @param {RunRecord} record */
  showRecord(record) {
    this.#set("loss", loss(record.loss.last));
    this.#set("train-accuracy", accuracy(record.accuracy.last));
    this.#set("validation-accuracy", accuracy(record.of("validation").at(-1)?.accuracy));
    this.#set("test-accuracy", accuracy(record.of("test").at(-1)?.accuracy));
  }

  /** @param {StepsEvent} event */
  showSpeed({ imagesPerSecond, secondsLeft, memory }) {
    this.#set("images-per-second", whole(imagesPerSecond));
    this.#set("time-left", duration(secondsLeft));
    this.#set("memory", bytes(memory));
  }

  /** Nothing is left to wait for. */
  clearTimeLeft() {
    this.#set("time-left", "–");
  }

  /** @param {number} seconds */
  showElapsed(seconds) {
    this.#set("elapsed", duration(seconds));
  }

  /** @param {import("../../shared/train/protocol.js").DeviceState} state */
  showDevice({ name, description, reason }) {
    this.#set("train-device", description ? `${name} · ${description}` : name);
    this.#set("train-reason", reason ?? "");
  }

  /**
   * @param {typeof NAMES[number]} name
   * @param {string} text
   */
  #set(name, text) {
    // Layout is spared where nothing changes.
    if (this.#places[name].textContent !== text) this.#places[name].textContent = text;
  }
}
