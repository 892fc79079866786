import { IMAGE_SIZE, paintPixels } from "../draw/pixels.js";

/**
 * @typedef {object} Tile
 * @property {Uint8Array} pixels 28 by 28; 0 is paper, 255 is ink
 * @property {string} label for those who do not see it
 * @property {string} caption
 * @property {HTMLElement} [action] below it
 */

/**
 * @param {HTMLElement} list what is in it is used again: it changes with every evaluation
 * @param {Tile[]} tiles
 */
export function showTiles(list, tiles) {
  while (list.children.length > tiles.length) list.lastElementChild?.remove();
  for (const [i, { pixels, label, caption, action }] of tiles.entries()) {
    const item = list.children[i] ?? list.appendChild(emptyTile());
    const [canvas, text, ...actions] = item.children;
    canvas.ariaLabel = label;
    paintPixels(/** @type {HTMLCanvasElement} */ (canvas), pixels, 255);
    text.textContent = caption;
    for (const each of actions) each.remove();
    if (action) item.append(action);
  }
}

function emptyTile() {
  const item = document.createElement("li");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = IMAGE_SIZE;
  canvas.role = "img";
  item.className = "tile";
  item.append(canvas, document.createElement("span"));
  return item;
}

/**
 * @param {import("../../shared/train/protocol.js").Samples} samples
 * @returns {{ pixels: Uint8Array, digit: number }[]} one by one
 */
export function separate({ pixels, labels }) {
  const size = labels.length > 0 ? pixels.length / labels.length : 0;
  return Array.from(labels, (digit, i) => ({ pixels: pixels.subarray(i * size, (i + 1) * size), digit }));
}
