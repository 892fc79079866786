import { Digits } from "../../shared/digits.js";
import { find } from "../dom.js";
import { ask } from "./ask.js";
import { tellIn, plural } from "./format.js";
import { save } from "./save.js";
import { separate, showTiles } from "./tiles.js";

/** More would only make the page long; all of them are trained on. */
const MOST_SHOWN = 60;

/** What the user drew and labelled: to look at, delete, export and import. */
export class MineView {
  #panel;
  #digits = new Digits();
  #onCount;
  #count;
  #list;
  #export;
  #clear;
  #error;

  /**
   * @param {HTMLElement} panel
   * @param {(count: number) => void} onCount
   */
  constructor(panel, onCount) {
    this.#panel = panel;
    this.#onCount = onCount;
    this.#count = find("mine-count", HTMLElement, panel);
    this.#list = find("mine-digits", HTMLElement, panel);
    this.#export = find("mine-export", HTMLButtonElement, panel);
    this.#clear = find("mine-clear", HTMLButtonElement, panel);
    this.#error = find("mine-error", HTMLElement, panel);
    const file = find("mine-import", HTMLInputElement, panel);
    this.#export.addEventListener("click", () => this.#try(() => this.#save()));
    this.#clear.addEventListener("click", () => this.#try(() => this.#deleteAll()));
    file.addEventListener("change", () => this.#try(() => this.#import(file)));
    this.#digits.addEventListener("change", () => this.show());
  }

  async show() {
    await this.#try(async () => {
      // What can't be read can be deleted.
      this.#clear.disabled = false;
      const all = separate(await this.#digits.all());
      this.#count.textContent = count(all.length);
      this.#export.disabled = this.#clear.disabled = all.length === 0;
      const tiles = all.map(({ pixels, digit }, index) => ({
        pixels,
        label: `A ${digit} of your own`,
        caption: String(digit),
        action: this.#deleteButton(index, digit),
      }));
      showTiles(this.#list, tiles.reverse().slice(0, MOST_SHOWN));
      this.#onCount(all.length);
    });
  }

  /**
   * @param {number} index
   * @param {number} digit
   */
  #deleteButton(index, digit) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tile-delete";
    button.textContent = "×";
    button.ariaLabel = `Delete this ${digit}`;
    button.addEventListener("click", () => this.#try(() => this.#digits.remove(index)));
    return button;
  }

  async #save() {
    const { images, labels } = await this.#digits.export();
    save("my-digits-images-idx3-ubyte", images);
    save("my-digits-labels-idx1-ubyte", labels);
  }

  async #deleteAll() {
    const number = await this.#digits.count();
    if (await ask(this.#panel, `Delete ${plural(number, "digit")} of your own?`, "Delete all")) await this.#digits.clear();
  }

  /** @param {HTMLInputElement} input */
  async #import(input) {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length === 0) return;
    if (files.length !== 2) throw new Error("pick two files together: one with images, one with labels");
    const [first, second] = await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer())));
    // The fourth byte is the number of dimensions: three for images, one for labels.
    const [images, labels] = first[3] === 3 ? [first, second] : [second, first];
    await this.#digits.import(images, labels);
  }

  /** @param {() => unknown} work */
  #try(work) {
    return tellIn(this.#error, work);
  }
}

/** @param {number} number */
function count(number) {
  if (number === 0) return "None yet: draw a digit, and say which it is. They stay in this browser.";
  const shown = number > MOST_SHOWN ? `, the last ${MOST_SHOWN} of them here` : "";
  return `${plural(number, "digit")}${shown}. They stay in this browser.`;
}
