import { percent } from "../words.js";

/** A bar and a percentage for each class, which are the digits unless a model has others. */
export class Bars {
  #list;
  /** @type {ReturnType<typeof addRow>[]} */
  #rows = [];

  /** @param {HTMLElement} list gets an item for each class */
  constructor(list) {
    this.#list = list;
    this.#fit(10);
  }

  /**
   * @param {ArrayLike<number> | undefined} shares 0 to 1, one per class; a negative one is unknown
   * @param {number} [answer] the class that stands out
   */
  show(shares, answer) {
    this.#fit(shares?.length ?? this.#rows.length);
    for (const [digit, { item, fill, value }] of this.#rows.entries()) {
      const share = shares && shares[digit] >= 0 ? shares[digit] : undefined;
      item.classList.toggle("is-answer", digit === answer);
      fill.style.setProperty("--share", String(share ?? 0));
      value.textContent = share === undefined ? "" : percent(share);
    }
  }

  /** @param {number} classes */
  #fit(classes) {
    if (this.#rows.length === classes) return;
    this.#list.replaceChildren();
    this.#rows = Array.from({ length: classes }, (_, digit) => addRow(this.#list, digit));
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
