import { DIGITS_CHANNEL } from "../../shared/digits.js";
import { CodedError } from "../../shared/protocol.js";
import { find } from "../dom.js";
import { say } from "../words.js";
import { ask } from "../ask.js";
import { tellIn } from "./format.js";
import { save } from "./save.js";
import { separate, showTiles } from "./tiles.js";

/** @typedef {import("./client.js").TrainClient} TrainClient */

/** More would only make the page long; all of them are trained on. */
const MOST_SHOWN = 60;

/** The digits that the user drew and labelled: to look at, delete, export and import. */
export class OwnDigitsView {
  #client;
  /** @type {number | undefined} how many there are, if they can be read */
  #number;
  #onCount;
  #count;
  #list;
  #export;
  #clear;
  #error;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {(count: number) => void} onCount
   */
  constructor(panel, client, onCount) {
    this.#client = client;
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
    new BroadcastChannel(DIGITS_CHANNEL).addEventListener("message", () => this.show());
  }

  async show() {
    await this.#try(async () => {
      // What can't be read can be deleted.
      this.#clear.disabled = false;
      this.#number = undefined;
      const all = separate(await this.#client.ask("digits", {}));
      this.#number = all.length;
      this.#count.textContent = sayCount(all.length);
      this.#export.disabled = this.#clear.disabled = all.length === 0;
      const tiles = all.map(({ pixels, digit }, index) => ({
        pixels,
        label: say("mine.digit", { digit }),
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
    button.ariaLabel = say("mine.delete", { digit });
    button.addEventListener("click", () => this.#try(() => this.#client.ask("removeDigit", { index })));
    return button;
  }

  async #save() {
    const pair = await this.#client.ask("exportDigits", {});
    if (!pair) return;
    save("my-digits-images-idx3-ubyte", pair.images);
    save("my-digits-labels-idx1-ubyte", pair.labels);
  }

  async #deleteAll() {
    const count = this.#number;
    const question = count === undefined ? say("mine.clear") : say("mine.clear-count", { count });
    if (await ask(question, say("train.mine-clear"))) await this.#client.ask("clearDigits", {});
  }

  /** @param {HTMLInputElement} input */
  async #import(input) {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length === 0) return;
    if (files.length !== 2) throw new CodedError("pair-expected");
    await this.#client.ask("importDigits", { files });
  }

  /** @param {() => unknown} work */
  #try(work) {
    return tellIn(this.#error, work);
  }
}

/** @param {number} count */
function sayCount(count) {
  if (count === 0) return say("mine.none");
  return count > MOST_SHOWN ? say("mine.many", { count, shown: MOST_SHOWN }) : say("mine.count", { count });
}
