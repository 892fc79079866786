import { percent } from "../words.js";

/** A bar and a percentage for each digit. */
export class Bars {
  #rows;

  /** @param {HTMLElement} list gets an item for each digit */
  constructor(list) {
    this.#rows = Array.from({ length: 10 }, (_, digit) => addRow(list, digit));
  }

  /**
   * @param {ArrayLike<number> | undefined} shares 0 to 1, one per digit; a negative one is unknown
   * @param {number} [answer] the digit that stands out
   */
  show(shares, answer) {
    for (const [digit, { item, fill, value }] of this.#rows.entries()) {
      const share = shares && shares[digit] >= 0 ? shares[digit] : undefined;
      item.classList.toggle("is-answer", digit === answer);
      fill.style.setProperty("--share", String(share ?? 0));
      value.textContent = share === undefined ? "" : percent(share);
    }
  }
}

/**
 * @param {HTMLElement} list
 * @param {number} digit
 */
function addRow(list, digit) {
  const item = document.createElement("li");
  const track = document.createElement("span");
  const fill = document.createElement("span");
  const value = document.createElement("span");
  item.className = "bar";
  track.className = "bar-track";
  fill.className = "bar-fill";
  value.className = "bar-value";
  track.append(fill);
  item.append(String(digit), track, value);
  list.append(item);
  return { item, fill, value };
}
