import { find } from "../dom.js";
import { say } from "../words.js";
import { ask } from "../ask.js";
import { bytes, tellIn } from "./format.js";

/**
 * @typedef {import("./client.js").TrainClient} TrainClient
 * @typedef {import("./dataview.js").DataChoice} DataChoice
 * @typedef {import("../../shared/train/protocol.js").KeptSet} KeptSet
 */

/** The data that the browser keeps, wherever it comes from: how large it is, and a way to delete it. */
export class KeptView {
  #client;
  #choice;
  #details;
  #list;
  #none;
  #error;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {DataChoice} choice
   */
  constructor(panel, client, choice) {
    this.#client = client;
    this.#choice = choice;
    this.#details = find("kept-data", HTMLDetailsElement, panel);
    this.#list = find("kept-sets", HTMLElement, panel);
    this.#none = find("no-kept-sets", HTMLElement, panel);
    this.#error = find("kept-error", HTMLElement, panel);
    this.#details.addEventListener("toggle", () => this.update());
    choice.addEventListener("change", () => this.update());
  }

  /** Other data may be kept now. */
  update() {
    if (this.#details.open) tellIn(this.#error, () => this.#show());
  }

  async #show() {
    const sets = await this.#client.ask("keptSets", {});
    this.#list.replaceChildren(...sets.map((each) => this.#rowOf(each)));
    this.#none.hidden = sets.length > 0;
  }

  /** @param {KeptSet} kept */
  #rowOf(kept) {
    const row = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = say("train.delete");
    button.ariaLabel = say("data.delete-this", { set: kept.title });
    button.addEventListener("click", () => tellIn(this.#error, () => this.#delete(kept)));
    row.append(`${kept.title} · ${bytes(kept.bytes)}`, button);
    return row;
  }

  /** @param {KeptSet} kept */
  async #delete({ set, title }) {
    if (!(await ask(say("data.delete", { set: title }), say("train.delete")))) return;
    await this.#client.ask("removeSet", { set });
    this.#choice.showSets(await this.#client.ask("sets", {}));
    this.#choice.changed();
  }
}
