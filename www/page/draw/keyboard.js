import { PAD_UNITS } from "./drawing.js";
import { clampToPad } from "./pad.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./pad.js").Pad} Pad */

const STEP = PAD_UNITS / 28;

/** @type {Record<string, [number, number]>} */
const DIRECTIONS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/**
 * Draws without a pointer: while the pad has the focus, the arrow keys move a pen, and the space
 * bar puts it down and lifts it.
 */
export class KeyboardPen {
  #canvas;
  #pad;
  #drawing;
  #isDown = false;
  #x = PAD_UNITS / 2;
  #y = PAD_UNITS / 4;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Pad} pad
   * @param {Drawing} drawing
   */
  constructor(canvas, pad, drawing) {
    this.#canvas = canvas;
    this.#pad = pad;
    this.#drawing = drawing;
    canvas.addEventListener("focus", () => this.#show());
    canvas.addEventListener("blur", () => this.#leave());
    canvas.addEventListener("keydown", (event) => this.#press(event));
    // Before the pad begins its own line.
    canvas.addEventListener("pointerdown", () => this.#leave(), { capture: true });
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = DIRECTIONS[event.key];
    if (direction) this.#move(...direction);
    else if (event.key === " ") this.#toggle();
    else return;
    event.preventDefault();
    this.#show();
  }

  /**
   * @param {number} dx
   * @param {number} dy
   */
  #move(dx, dy) {
    this.#x = clampToPad(this.#x + dx);
    this.#y = clampToPad(this.#y + dy);
    if (this.#isDown) this.#drawing.extend([this.#point()]);
  }

  #toggle() {
    // An undo takes an open line away.
    if (this.#isDown && this.#drawing.isOpen) {
      this.#lift();
    } else if (!this.#drawing.isOpen) {
      this.#drawing.begin(this.#point());
      this.#isDown = true;
    }
  }

  #lift() {
    // A pointer's line is its own.
    if (this.#isDown) this.#drawing.end();
    this.#isDown = false;
  }

  #point() {
    return { x: this.#x, y: this.#y, width: this.#pad.lineWidth };
  }

  #show() {
    this.#pad.cursor = this.#canvas.matches(":focus-visible") ? { x: this.#x, y: this.#y } : undefined;
    this.#pad.invalidate();
  }

  #leave() {
    this.#lift();
    this.#pad.cursor = undefined;
    this.#pad.invalidate();
  }
}
