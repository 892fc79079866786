import { readFileSync } from "node:fs";

/**
 * @typedef {[number, number]} Point
 * @typedef {{ digit: number, name: string, strokes: Point[][] }} Template strokes in the unit square
 * @typedef {object} Hand how a template is drawn
 * @property {number} [scale] of the pad
 * @property {number} [x] where its centre goes, 0 to 1
 * @property {number} [y]
 * @property {number} [degrees] clockwise
 */

const file = new URL("../fixtures/strokes.json", import.meta.url);

/** @type {Template[]} */
const TEMPLATES = JSON.parse(readFileSync(file, "utf8"));

/**
 * @param {number} digit
 * @returns {Template}
 */
export function templateOf(digit) {
  const template = TEMPLATES.find((each) => each.digit === digit);
  if (!template) throw new Error(`no strokes for the digit ${digit}`);
  return template;
}

/**
 * @param {number} digit
 * @returns {Template[]} the other ways to write it
 */
export function othersOf(digit) {
  return TEMPLATES.filter((each) => each.digit === digit).slice(1);
}

/**
 * @param {Template} template
 * @param {Hand} [hand]
 * @returns {Point[][]} in the unit square still
 */
export function place({ strokes }, { scale = 1, x = 0.5, y = 0.5, degrees = 0 } = {}) {
  const cos = Math.cos((degrees * Math.PI) / 180) * scale;
  const sin = Math.sin((degrees * Math.PI) / 180) * scale;
  return strokes.map((stroke) =>
    stroke.map(([px, py]) => {
      const [dx, dy] = [px - 0.5, py - 0.5];
      return [x + cos * dx - sin * dy, y + sin * dx + cos * dy];
    }),
  );
}
