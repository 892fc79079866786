import { find } from "../dom.js";
import { percent, say } from "../words.js";
import { Bars } from "./bars.js";
import { paintPixels } from "./pixels.js";

/** @typedef {import("../../shared/protocol.js").Prediction} Prediction */

/** Below this the page names the runner-up too. */
const SURE = 0.6;

/** Long enough that a digit is spoken once it is finished, not while it is drawn. */
const ANNOUNCE_AFTER_MS = 900;

/** The answer, a bar for each digit, what the model sees, and the time it took. */
export class AnswerView {
  #answer = find("answer", HTMLElement);
  #confidence = find("confidence", HTMLElement);
  #latency = find("latency", HTMLElement);
  #announcement = find("announcement", HTMLElement);
  #seen = find("seen", HTMLCanvasElement);
  #bars = new Bars(find("probabilities", HTMLElement));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Prediction | null} prediction null where nothing is drawn */
  show(prediction) {
    const words = prediction ? describe(prediction) : "";
    this.#answer.textContent = prediction ? String(prediction.digit) : "";
    this.#confidence.textContent = words || say("draw.invitation");
    this.#latency.textContent = prediction ? `${prediction.milliseconds.toFixed(1)}\u00a0ms` : "–";
    this.#bars.show(prediction?.probabilities, prediction?.digit);
    paintPixels(this.#seen, prediction?.image, 1);
    this.#announce(prediction ? say("draw.said", { digit: prediction.digit, how: words }) : "");
  }

  /** @param {string} words */
  #announce(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#announcement.textContent = words;
    }, ANNOUNCE_AFTER_MS);
  }
}

/**
 * @param {Prediction} prediction
 * @returns {string} how sure the model is
 */
export function describe({ probabilities, digit }) {
  const [best, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const sure = probabilities[digit];
  if (sure >= SURE || second === undefined) return say("draw.sure", { share: percent(sure) });
  const [firstShare, secondShare] = [best, second].map((digit) => percent(probabilities[digit]));
  return say("draw.unsure", { first: best, firstShare, second, secondShare });
}
