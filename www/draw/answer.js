import { find, percent } from "../dom.js";

/** @typedef {import("../protocol.js").Prediction} Prediction */

const IMAGE_SIZE = 28;

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
  #bars = addBars(find("probabilities", HTMLElement));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Prediction | null} prediction null where nothing is drawn */
  show(prediction) {
    const words = prediction ? describe(prediction) : "";
    this.#answer.textContent = prediction ? String(prediction.digit) : "";
    this.#confidence.textContent = words || "Draw a digit, 0 to 9";
    this.#latency.textContent = prediction ? `${prediction.milliseconds.toFixed(1)}\u00a0ms` : "–";
    for (const [digit, bar] of this.#bars.entries()) {
      bar.show(prediction ? prediction.probabilities[digit] : undefined, digit === prediction?.digit);
    }
    paintPixels(this.#seen, prediction?.image);
    this.#announce(prediction ? `${prediction.digit}, ${words}` : "");
  }

  /** @param {string} words */
  #announce(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#announcement.textContent = words;
    }, ANNOUNCE_AFTER_MS);
  }
}

/** @param {Prediction} prediction */
function describe({ probabilities, digit }) {
  const [best, second] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
  const sure = probabilities[digit];
  if (sure >= SURE) return `${percent(sure)} sure`;
  return `unsure: a ${best} (${percent(probabilities[best])}) or a ${second} (${percent(probabilities[second])})`;
}

/** @param {HTMLElement} list */
function addBars(list) {
  return Array.from({ length: 10 }, (_, digit) => {
    const item = document.createElement("li");
    const track = document.createElement("span");
    const bar = document.createElement("span");
    const value = document.createElement("span");
    item.className = "bar";
    track.className = "bar-track";
    bar.className = "bar-fill";
    value.className = "bar-value";
    track.append(bar);
    item.append(String(digit), track, value);
    list.append(item);
    return {
      /**
       * @param {number | undefined} share
       * @param {boolean} isAnswer
       */
      show(share, isAnswer) {
        item.classList.toggle("is-answer", isAnswer);
        bar.style.setProperty("--share", String(share ?? 0));
        value.textContent = share === undefined ? "" : percent(share);
      },
    };
  });
}

/**
 * White on black as in MNIST, whatever the colours of the page.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array | undefined} image
 */
function paintPixels(canvas, image) {
  const context = canvas.getContext("2d");
  const pixels = new ImageData(IMAGE_SIZE, IMAGE_SIZE);
  for (let i = 0; i < IMAGE_SIZE * IMAGE_SIZE; i++) {
    pixels.data.fill(image ? image[i] * 255 : 0, 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  }
  context?.putImageData(pixels, 0, 0);
}
