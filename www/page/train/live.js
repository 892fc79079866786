import { find } from "../dom.js";
import { describe } from "../draw/answer.js";
import { Bars } from "../draw/bars.js";
import { Drawing } from "../draw/drawing.js";
import { KeyboardPen } from "../draw/keyboard.js";
import { LabelStrip } from "../draw/labels.js";
import { Pad } from "../draw/pad.js";
import { Reader } from "../draw/reader.js";
import { listenForShortcuts } from "../shortcuts.js";
import { say } from "../words.js";

/** @typedef {import("./client.js").TrainClient} TrainClient */
/** @typedef {import("./run.js").CurrentRun} CurrentRun */
/** @typedef {import("../../shared/train/protocol.js").Prediction} Prediction */

/** The time until the model in training is asked again about the same drawing. */
const AGAIN_MS = 500;

/** A pad that the model in training reads again and again. */
export class LiveView {
  #panel;
  #run;
  #drawing = new Drawing();
  #reader;
  #answer;
  #confidence;
  #bars;
  #labels;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {CurrentRun} run
   */
  constructor(panel, client, run) {
    const canvas = find("live-pad", HTMLCanvasElement, panel);
    const drawing = this.#drawing;
    this.#panel = panel;
    this.#run = run;
    this.#answer = find("live-answer", HTMLElement, panel);
    this.#confidence = find("live-confidence", HTMLElement, panel);
    this.#bars = new Bars(find("live-probabilities", HTMLElement, panel));
    this.#labels = new LabelStrip(find("labels", HTMLElement, panel), {
      testId: "label",
      pixels: () => client.ask("rasterize", { strokes: drawing.toStrokes() }),
      keep: (pixels, label) => client.ask("keepDigit", { pixels, label }),
    });
    // A crash is told beside the status of the run.
    this.#reader = new Reader(client, drawing, { onPrediction: (prediction) => this.#show(prediction), onError: () => this.#show(null) });
    new KeyboardPen(canvas, new Pad(canvas, drawing), drawing);
    const actions = { clear: () => drawing.clear(), undo: () => drawing.undo() };
    find("live-clear", HTMLButtonElement, panel).addEventListener("click", actions.clear);
    find("live-undo", HTMLButtonElement, panel).addEventListener("click", actions.undo);
    listenForShortcuts(panel, actions);
    drawing.addEventListener("change", () => {
      this.#labels.enable(!drawing.isEmpty);
      this.#reader.refresh();
    });
    run.addEventListener("state", () => this.#reader.refresh());
    setInterval(() => this.#askAgain(), AGAIN_MS);
    this.#show(null);
  }

  #askAgain() {
    if (this.#run.isLearning && !this.#drawing.isEmpty && this.#panel.isConnected && !document.hidden) this.#reader.refresh();
  }

  /** @param {Prediction | null} prediction */
  #show(prediction) {
    this.#answer.textContent = prediction ? String(prediction.digit) : "";
    this.#confidence.textContent = prediction ? describe(prediction) : this.#advice();
    this.#bars.show(prediction?.probabilities, prediction?.digit);
  }

  #advice() {
    return say(this.#run.isLearning ? "live.learning" : "live.waiting");
  }
}
