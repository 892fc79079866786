import { find, sentence } from "../dom.js";
import { messageOf } from "../../shared/protocol.js";
import { ask } from "./ask.js";
import { plural, tellIn, whole } from "./format.js";

/**
 * @typedef {import("../../shared/train/protocol.js").DataInfo} DataInfo
 * @typedef {import("../../shared/train/protocol.js").DataSpec} DataSpec
 * @typedef {import("../../shared/train/protocol.js").Sets} Sets
 * @typedef {import("./client.js").TrainClient} TrainClient
 * @typedef {DataSpec["source"]} Source
 */

const NAMES = { synthetic: "synthetic", mnist: "MNIST", url: "URL", files: "files", mine: "my digits" };

/** Where the images come from. Fires "change" when another source, address or set is chosen. */
export class DataChoice extends EventTarget {
  #client;
  #select;
  #url;
  #urlError;
  #file;
  #fileError;
  #set;
  #kept;
  #info;
  #fields;
  /** @type {Source} */
  #default = "synthetic";
  #mine = 0;

  /**
   * @param {HTMLElement} panel files can be dropped anywhere on it
   * @param {TrainClient} client
   */
  constructor(panel, client) {
    super();
    this.#client = client;
    this.#select = find("data-select", HTMLSelectElement, panel);
    this.#url = find("data-url", HTMLInputElement, panel);
    this.#urlError = find("url-field", HTMLElement, panel).querySelector(".field-error");
    this.#file = find("file-input", HTMLInputElement, panel);
    this.#fileError = find("file-error", HTMLElement, panel);
    this.#set = find("set-select", HTMLSelectElement, panel);
    this.#kept = find("kept-set", HTMLElement, panel);
    this.#info = find("data-info", HTMLElement, panel);
    this.#fields = { url: find("url-field", HTMLElement, panel), files: find("files-field", HTMLElement, panel) };
    for (const input of [this.#select, this.#set, this.#url]) input.addEventListener("input", () => this.#changed());
    this.#file.addEventListener("change", () => this.addFiles([...(this.#file.files ?? [])]));
    const remove = find("delete-set", HTMLButtonElement, panel);
    remove.addEventListener("click", () => tellIn(this.#fileError, () => this.#deleteSet(panel)));
    this.#listenForDrops(panel);
  }

  /** @returns {{ data: Source, url: string, set: string }} as addresses hold it */
  get value() {
    const data = /** @type {Source} */ (this.#select.value);
    return { data, url: data === "url" ? this.#url.value : "", set: data === "files" ? this.#set.value : "" };
  }

  /** What it is when nobody chooses. */
  get default() {
    return this.#default;
  }

  /** For the name of a run. */
  get name() {
    return this.#select.value === "files" && this.#set.value ? this.#set.value : NAMES[this.value.data];
  }

  /** @param {Sets} sets what is at hand */
  showSets({ mnist, files, mine }) {
    this.#default = mnist ? "mnist" : "synthetic";
    this.showMine(mine);
    const option = /** @type {HTMLOptionElement} */ (this.#select.querySelector("[value=mnist]"));
    option.disabled = !mnist;
    option.text = mnist ? "MNIST of this site" : "MNIST (not on this site)";
    const chosen = this.#set.value;
    this.#set.replaceChildren(...files.map((name) => new Option(name, name)));
    if (files.includes(chosen)) this.#set.value = chosen;
    this.#kept.hidden = files.length === 0;
  }

  /** @param {number} count of My digits */
  showMine(count) {
    this.#mine = count;
    const option = /** @type {HTMLOptionElement} */ (this.#select.querySelector("[value=mine]"));
    option.text = `My digits (${whole(count)})`;
  }

  /**
   * @param {{ data?: string | null, url?: string | null, set?: string | null }} value
   * @returns {string[]} sentences about what cannot be
   */
  enter({ data, url, set }) {
    const options = [...this.#select.options];
    const option = options.find((each) => each.value === (data ?? this.#default));
    this.#select.value = option && !option.disabled ? option.value : this.#default;
    this.#url.value = url ?? "";
    const problems = [];
    if (data && !option) {
      problems.push(`The address asks for the data “${data}”, which does not exist (there are: ${options.map((each) => each.value).join(", ")}).`);
    } else if (option?.disabled) {
      problems.push(`The address asks for ${NAMES[/** @type {Source} */ (option.value)]}, which this site does not have. Using ${NAMES[this.#default]} data.`);
    }
    if (set && ![...this.#set.options].some((each) => each.value === set)) {
      problems.push(`The address asks for the files “${set}”, which this browser does not have: pick or drop them again.`);
    } else if (set) this.#set.value = set;
    this.#show();
    return problems;
  }

  /**
   * @param {number} images 0 for all
   * @param {number} seed
   * @returns {DataSpec}
   */
  spec(images, seed) {
    const { data, url, set } = this.value;
    switch (data) {
      case "synthetic":
        return { source: data, images, seed };
      case "url":
        return { source: data, images, url };
      case "files":
        return { source: data, images, set };
      default:
        return { source: data, images };
    }
  }

  /** @returns {string | undefined} why there is nothing to train on */
  get problem() {
    const { data, url, set } = this.value;
    if (data === "url" && (!url || !this.#url.validity.valid)) return "Enter the address of the folder with the data.";
    if (data === "files" && !set) return "Pick or drop two or four IDX files.";
    if (data === "mine" && this.#mine === 0) return "Label some drawings of your own first.";
    return undefined;
  }

  /** @param {DataInfo} info */
  showInfo({ train, validation, test }) {
    this.#info.textContent = `${plural(train, "image")} per epoch; ${whole(validation)} held out for validation, ${whole(test)} for the test.`;
  }

  /** @param {File[]} files */
  async addFiles(files) {
    if (files.length === 0) return;
    this.#select.value = "files";
    this.#changed();
    this.#info.textContent = "Reading the files …";
    try {
      const { set, info } = await this.#client.ask("addFiles", { files });
      this.showSets(await this.#client.ask("sets", {}));
      if (![...this.#set.options].some((each) => each.value === set)) this.#set.add(new Option(set, set));
      this.#kept.hidden = false;
      this.#set.value = set;
      this.#changed();
      this.showInfo(info);
    } catch (error) {
      this.#info.textContent = "";
      this.#fileError.textContent = sentence(messageOf(error));
      this.#file.ariaInvalid = "true";
    }
    // So that the same file can be picked again.
    this.#file.value = "";
  }

  /** @param {HTMLElement} panel */
  async #deleteSet(panel) {
    const set = this.#set.value;
    if (!(await ask(panel, `Delete “${set}” from this browser? Runs that learn from it need the files again.`, "Delete"))) return;
    await this.#client.ask("removeSet", { set });
    this.showSets(await this.#client.ask("sets", {}));
    this.#changed();
  }

  /** @param {HTMLElement} panel */
  #listenForDrops(panel) {
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
      this.addFiles([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #changed() {
    this.#info.textContent = "";
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const { data } = this.value;
    this.#fields.url.hidden = data !== "url";
    this.#fields.files.hidden = data !== "files";
    this.#fileError.textContent = "";
    this.#file.ariaInvalid = null;
    const wrong = data === "url" && this.#url.value !== "" && !this.#url.validity.valid;
    if (this.#urlError) this.#urlError.textContent = wrong ? "Enter a whole address, as in https://example.org/mnist/" : "";
    this.#url.ariaInvalid = wrong ? "true" : null;
  }
}
