import { codeOf } from "../../shared/protocol.js";

/**
 * @typedef {import("../../shared/protocol.js").Prediction} Prediction
 * @typedef {import("./drawing.js").Drawing} Drawing
 *
 * @typedef {object} Classifying what answers, the drawing page's client or the training page's
 * @property {(strokes: import("../../shared/protocol.js").Stroke[]) => Promise<Prediction | null>} classify
 *
 * @typedef {object} ReaderListeners
 * @property {(prediction: Prediction | null) => void} onPrediction null where nothing is drawn
 * @property {(error: unknown) => void} onError
 */

/**
 * Asks the model about the drawing, one question at a time: what changes meanwhile is asked in
 * its latest state only, so that the answers never lag behind the hand.
 */
export class Reader {
  #client;
  #drawing;
  #listeners;
  #busy = false;
  #outdated = false;

  /**
   * @param {Classifying} client
   * @param {Drawing} drawing
   * @param {ReaderListeners} listeners
   */
  constructor(client, drawing, listeners) {
    this.#client = client;
    this.#drawing = drawing;
    this.#listeners = listeners;
  }

  async refresh() {
    if (this.#drawing.isEmpty) this.#listeners.onPrediction(null);
    this.#outdated = true;
    if (this.#busy) return;
    this.#busy = true;
    while (this.#outdated) {
      this.#outdated = false;
      await this.#read();
    }
    this.#busy = false;
  }

  async #read() {
    const { isEmpty, revision } = this.#drawing;
    if (isEmpty) return;
    try {
      const prediction = await this.#client.classify(this.#drawing.toStrokes());
      if (revision === this.#drawing.revision) this.#listeners.onPrediction(prediction);
    } catch (error) {
      // Another model took over, and is asked instead.
      this.#outdated = codeOf(error) === "superseded";
      if (!this.#outdated) this.#listeners.onError(error);
    }
  }
}
