import { picture } from "../draw/pixels.js";

/**
 * @typedef {object} Tile
 * @property {Uint8Array} pixels 28 by 28; 0 is paper, 255 is ink
 * @property {string} label for those who do not see it
 * @property {string} caption
 * @property {HTMLElement} [action] below it
 */

/**
 * @param {HTMLElement} list
 * @param {Tile[]} tiles
 */
export function showTiles(list, tiles) {
  const items = tiles.map(({ pixels, label, caption, action }) => {
    const item = document.createElement("li");
    const text = document.createElement("span");
    item.className = "tile";
    text.textContent = caption;
    item.append(picture(pixels, label), text, ...(action ? [action] : []));
    return item;
  });
  list.replaceChildren(...items);
}

/**
 * @param {import("./protocol.js").Samples} samples
 * @returns {{ pixels: Uint8Array, digit: number }[]} one by one
 */
export function separate({ pixels, labels }) {
  const size = labels.length > 0 ? pixels.length / labels.length : 0;
  return Array.from(labels, (digit, i) => ({ pixels: pixels.subarray(i * size, (i + 1) * size), digit }));
}
