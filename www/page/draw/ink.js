import { PAD_UNITS } from "./drawing.js";

/** @typedef {import("./drawing.js").Line} Line */

/**
 * @typedef {object} Ink
 * @property {readonly Line[]} lines
 * @property {string} color
 * @property {{ x: number, y: number, width: number, down: boolean } | undefined} cursor the
 *   keyboard's pen, while the pad has the focus
 */

/**
 * Draws everything anew, which costs less than a millisecond for a digit.
 * @param {CanvasRenderingContext2D} context
 * @param {Ink} ink
 */
export function paint(context, { lines, color, cursor }) {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.scale(width / PAD_UNITS, height / PAD_UNITS);
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const line of lines) paintLine(context, line);
  if (cursor) paintCursor(context, cursor);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Line} line
 */
function paintLine(context, { points, widths }) {
  if (widths.length === 1) {
    paintDot(context, points[0], points[1], widths[0] / 2);
    return;
  }
  for (let i = 1; i < widths.length; i++) {
    context.lineWidth = (widths[i - 1] + widths[i]) / 2;
    context.beginPath();
    context.moveTo(points[2 * i - 2], points[2 * i - 1]);
    context.lineTo(points[2 * i], points[2 * i + 1]);
    context.stroke();
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function paintDot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {NonNullable<Ink["cursor"]>} cursor
 */
function paintCursor(context, { x, y, width, down }) {
  if (down) paintDot(context, x, y, width / 2);
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, y, width / 2 + 4, 0, 2 * Math.PI);
  context.stroke();
}
