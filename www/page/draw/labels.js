import { askToKeep } from "../persist.js";
import { say, sayError } from "../words.js";

/**
 * @typedef {object} LabelOptions
 * @property {string} testId the buttons are called this and a dash and the digit
 * @property {() => Promise<Uint8Array | null>} pixels of what is drawn; 0 is paper, 255 is ink
 * @property {(pixels: Uint8Array, label: number) => Promise<number>} keep says how many are kept
 */

/** "Not right? Tell it": ten buttons that keep the drawing with its label among My digits. */
export class LabelStrip {
  #options;
  /** @type {HTMLButtonElement[]} */
  #buttons = [];
  #message = document.createElement("p");

  /**
   * @param {HTMLElement} place
   * @param {LabelOptions} options
   */
  constructor(place, options) {
    this.#options = options;
    const group = document.createElement("div");
    const title = document.createElement("span");
    group.className = "label-buttons";
    group.role = "group";
    title.textContent = say("draw.correct");
    title.className = "labels-title";
    group.ariaLabel = say("draw.which");
    for (let digit = 0; digit <= 9; digit++) group.append(this.#button(digit));
    this.#message.className = "field-note";
    this.#message.role = "status";
    place.append(title, group, this.#message);
    this.enable(false);
  }

  /** @param {boolean} drawn whether there is something to label */
  enable(drawn) {
    for (const button of this.#buttons) button.disabled = !drawn;
    this.#message.textContent = "";
  }

  /** @param {number} digit */
  #button(digit) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(digit);
    button.ariaLabel = say("draw.it-is", { digit });
    button.dataset.testid = `${this.#options.testId}-${digit}`;
    button.addEventListener("click", () => this.#keep(digit));
    this.#buttons.push(button);
    return button;
  }

  /** @param {number} label */
  async #keep(label) {
    // At once: a browser that asks the user wants a click for it.
    const refusal = askToKeep();
    try {
      const pixels = await this.#options.pixels();
      if (!pixels) return;
      const count = await this.#options.keep(pixels, label);
      this.#message.textContent = say("draw.kept", { digit: label, count });
      if (await refusal) this.#message.append(" ", say("page.may-be-cleared"));
    } catch (error) {
      this.#message.textContent = say("draw.not-kept", { why: sayError(error) });
    }
  }
}
