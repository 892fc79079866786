import { ownDigits } from "../../shared/train/sources/owndigits.js";
import { find } from "../dom.js";
import { say, sayError } from "../words.js";
import { addressOf, readAddress } from "./address.js";
import { AddressBar } from "./addressbar.js";
import { DataChoice } from "./dataview.js";
import { fieldsOf } from "./fields.js";
import { FilesView } from "./filesview.js";
import { FormView } from "./form.js";
import { KeptView } from "./keptview.js";
import { changesOf, presetValues, toAugment } from "./values.js";

/**
 * @typedef {import("./client.js").TrainClient} TrainClient
 * @typedef {import("../../shared/train/protocol.js").Device} Device
 * @typedef {import("../../shared/train/protocol.js").Preset} Preset
 */

/** Long enough that a number is not judged before it is written. */
const CHECK_AFTER_MS = 250;

/** The settings of the next run. Fires "change" when they are others. */
export class Setup extends EventTarget {
  #client;
  #form;
  #data;
  #kept;
  #address = new AddressBar(() => addressOf(this.#form, this.#data));
  #parameters;
  #details;
  #all;
  #onProblems;
  /** @type {import("../../shared/train/protocol.js").Schema | undefined} once it is loaded */
  #schema;
  /** @type {string | undefined} what the worker finds wrong */
  #wrong = say("setup.loading");
  #checks = 0;
  #isDeviceChosen = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {(problems: string[]) => void} onProblems with the address
   */
  constructor(panel, client, onProblems) {
    super();
    this.#client = client;
    this.#onProblems = onProblems;
    this.#form = new FormView(panel);
    this.#data = new DataChoice(panel);
    new FilesView(panel, client, this.#data);
    this.#kept = new KeptView(panel, client, this.#data);
    this.#details = find("setup", HTMLDetailsElement, panel);
    this.#all = find("all-hyperparameters", HTMLDetailsElement, panel);
    this.#parameters = find("parameters", HTMLElement, panel);
    this.#form.addEventListener("change", (event) => {
      const name = event instanceof CustomEvent ? event.detail : undefined;
      if (name === "train-device") this.#isDeviceChosen = true;
      if (name === "preset") this.#choosePreset();
      else this.#changed();
    });
    this.#data.addEventListener("change", () => this.#changed());
    const copy = find("copy-link", HTMLButtonElement, panel);
    copy.addEventListener("click", async () => {
      const copied = await navigator.clipboard?.writeText(addressOf(this.#form, this.#data).href).then(() => true, () => false);
      copy.textContent = say(copied ? "setup.copied" : "setup.not-copied");
      setTimeout(() => (copy.textContent = say("train.copy-link")), 2000);
    });
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    this.#form.enable(enabled);
    // A run may have downloaded some.
    this.#kept.update();
  }

  /** Makes room for the run: of all that was set on small screens, of the long list on others. */
  fold() {
    this.#all.open = false;
    if (matchMedia("(max-width: 56rem)").matches) this.#details.open = false;
  }

  /** Fills the form in, from defaults and the address. */
  async load() {
    await this.#build();
    await this.#fill(new URLSearchParams(location.search));
  }

  async #build() {
    try {
      if (!this.#schema) {
        this.#schema = await this.#client.ask("schema", {});
        this.#form.build(fieldsOf(this.#schema));
      }
      this.#data.showSets(await this.#client.ask("sets", {}));
    } catch (error) {
      if (!this.#schema) this.#wrong = say("setup.not-loaded");
      throw error;
    }
  }

  async reset() {
    this.#details.open = true;
    await this.#build();
    await this.#fill(new URLSearchParams());
    this.#onProblems([]);
    this.#address.update();
  }

  /** @param {number} count of My digits */
  showMine(count) {
    this.#data.showStock(ownDigits.id, { count });
    this.dispatchEvent(new Event("change"));
  }

  get values() {
    return this.#form.values;
  }

  /** For the name of a run. */
  get dataName() {
    return this.#data.name;
  }

  /** @returns {string | undefined} why this can't be started */
  get problem() {
    if (!this.#form.isComplete) return say("setup.impossible");
    return this.#data.problem ?? this.#wrong;
  }

  /** The augmentation, if images are changed. */
  get augment() {
    return toAugment(this.#form.fields, this.values);
  }

  /** The data of the run. */
  get spec() {
    const { images, seed } = this.values;
    return this.#data.spec(Number(images), Number(seed));
  }

  /**
   * @param {string} name
   * @returns {import("../../shared/train/protocol.js").RunSpec}
   */
  runSpec(name) {
    const { preset, "train-device": device } = this.values;
    return {
      name,
      device: /** @type {Device} */ (device),
      preset: /** @type {Preset} */ (preset),
      ...this.#changes,
      data: this.spec,
    };
  }

  /**
   * Who chooses a device, even the best one once more, wants to know how fast they are now.
   * @returns {boolean} whether somebody did since it was last asked
   */
  takeDeviceChoice() {
    const isChosen = this.#isDeviceChosen;
    this.#isDeviceChosen = false;
    return isChosen;
  }

  get #changes() {
    return changesOf(this.#form.fields, this.values, this.#form.defaults);
  }

  /** @param {URLSearchParams} params */
  async #fill(params) {
    this.#form.fill({ images: "", preset: "default", "train-device": "auto" });
    // The device of the drawing page, unless this page has its own.
    this.#form.suggest("train-device", knownDevice(params.get("device")));
    const presetProblem = params.has("preset") ? this.#form.enter("preset", params.get("preset") ?? "") : undefined;
    await this.#fillPreset();
    const problems = readAddress(params, this.#form, this.#data);
    this.#suggestImages();
    if (params.has("images")) this.#form.enter("images", params.get("images") ?? "");
    this.#onProblems(presetProblem ? [presetProblem, ...problems] : problems);
    await this.#check();
  }

  async #fillPreset() {
    const preset = /** @type {Preset} */ (this.values.preset);
    const values = await this.#client.ask("preset", { preset });
    if (this.#schema) this.#form.fill(presetValues(this.#form.fields, values, this.#schema.augment));
  }

  async #choosePreset() {
    await this.#fillPreset();
    this.#changed();
  }

  #suggestImages() {
    this.#form.suggest("images", this.#data.source.epoch ?? "");
  }

  #changed() {
    this.#suggestImages();
    this.#address.update();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), CHECK_AFTER_MS);
    this.dispatchEvent(new Event("change"));
  }

  async #check() {
    const check = ++this.#checks;
    const preset = /** @type {Preset} */ (this.values.preset);
    if (!this.#form.isComplete) return;
    const error = await this.#client.ask("check", { preset, ...this.#changes }).then(
      ({ parameters }) => {
        this.#parameters.textContent = say("setup.parameters", { count: parameters });
        return undefined;
      },
      (error) => error,
    );
    if (check !== this.#checks) return;
    this.#wrong = error && sayError(error);
    if (error) this.#parameters.textContent = "";
    this.#form.show(this.#wrong, error?.values?.field);
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {string | null} device */
function knownDevice(device) {
  return device === "webgpu" || device === "cpu" || device === "ndarray" ? device : "auto";
}
