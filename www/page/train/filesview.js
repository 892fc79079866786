import { files as source } from "../../shared/train/sources/files.js";
import { find } from "../dom.js";
import { say, sayError } from "../words.js";

/** @typedef {import("./client.js").TrainClient} TrainClient */
/** @typedef {import("./dataview.js").DataChoice} DataChoice */

/** The files of the source `files`: picked, or dropped anywhere on the panel. */
export class FilesView {
  #panel;
  #client;
  #choice;
  #file;
  #error;
  #set;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {DataChoice} choice
   */
  constructor(panel, client, choice) {
    this.#panel = panel;
    this.#client = client;
    this.#choice = choice;
    this.#file = find("file-input", HTMLInputElement, panel);
    this.#error = find("file-error", HTMLElement, panel);
    this.#set = find("set-select", HTMLSelectElement, panel);
    this.#file.addEventListener("change", () => this.#add([...(this.#file.files ?? [])]));
    this.#listenForDrops();
  }

  /** @param {File[]} files */
  async #add(files) {
    if (files.length === 0) return;
    this.#choice.choose(source.id);
    this.#choice.tell(say("data.reading"));
    try {
      const { set, info } = await this.#client.ask("addFiles", { files });
      this.#choice.showSets(await this.#client.ask("sets", {}));
      this.#set.value = set;
      this.#choice.changed();
      this.#choice.showInfo(info);
    } catch (error) {
      this.#choice.tell("");
      this.#error.textContent = sayError(error);
      this.#file.ariaInvalid = "true";
    }
    // So that the same file can be picked again.
    this.#file.value = "";
  }

  #listenForDrops() {
    const panel = this.#panel;
    panel.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      panel.classList.add("is-target");
    });
    panel.addEventListener("dragleave", (event) => {
      if (!panel.contains(/** @type {Node | null} */ (event.relatedTarget))) panel.classList.remove("is-target");
    });
    panel.addEventListener("drop", (event) => {
      event.preventDefault();
      panel.classList.remove("is-target");
      this.#add([...(event.dataTransfer?.files ?? [])]);
    });
  }
}
