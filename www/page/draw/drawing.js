/**
 * The drawing on the pad, as vectors in units of the pad: so it survives resizing, and every device
 * and model gets the same strokes.
 *
 * @typedef {{ x: number, y: number, width: number }} Point
 * @typedef {{ points: number[], widths: number[] }} Line points as x0, y0, x1, y1, …
 */

/** The pad is this many units wide and high: ten for each of the 28 pixels of an MNIST image. */
export const PAD_UNITS = 280;

/** Closer points add work and no shape. */
const MIN_STEP = 0.75;

/** Fires "change" after every change. */
export class Drawing extends EventTarget {
  /** @type {readonly Line[]} */
  #lines = [];
  /** @type {(readonly Line[])[]} what there was before each stroke and each clear */
  #past = [];
  /** @type {Line | undefined} the one being drawn */
  #open;
  /** Counts what was taken away: an answer from before that is about another drawing. */
  revision = 0;

  get lines() {
    return this.#lines;
  }

  get isEmpty() {
    return this.#lines.length === 0;
  }

  /** True while a line is being drawn. */
  get isOpen() {
    return this.#open !== undefined;
  }

  /** @param {Point} point */
  begin(point) {
    const line = { points: [point.x, point.y], widths: [point.width] };
    this.#past.push(this.#lines);
    this.#open = line;
    this.#show([...this.#lines, line]);
  }

  /** @param {Point[]} points */
  extend(points) {
    const line = this.#open;
    if (!line) return;
    for (const point of points) append(line, point);
    this.#changed();
  }

  end() {
    this.#open = undefined;
  }

  /** Takes the line back that is being drawn. */
  cancel() {
    if (this.isOpen) this.undo();
  }

  clear() {
    if (this.isEmpty) return;
    this.#past.push(this.#lines);
    this.#goTo([]);
  }

  /** Takes the last line or the last clear back. */
  undo() {
    const lines = this.#past.pop();
    if (lines) this.#goTo(lines);
  }

  /** @returns {import("../../shared/protocol.js").Stroke[]} a copy for the model */
  toStrokes() {
    return this.#lines.map(({ points, widths }) => ({
      points: Float32Array.from(points),
      width: Float32Array.from(widths),
    }));
  }

  /** @param {readonly Line[]} lines */
  #goTo(lines) {
    this.#open = undefined;
    this.revision += 1;
    this.#show(lines);
  }

  /** @param {readonly Line[]} lines */
  #show(lines) {
    this.#lines = lines;
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * @param {Line} line
 * @param {Point} point
 */
function append({ points, widths }, { x, y, width }) {
  const [lastX, lastY] = points.slice(-2);
  if (Math.hypot(x - lastX, y - lastY) < MIN_STEP) return;
  points.push(x, y);
  widths.push(width);
}
