import { find } from "../dom.js";
import { say, sayError } from "../words.js";
import { sourceOf } from "../../shared/train/sources.js";
import { separate, showTiles } from "./tiles.js";

/** @typedef {import("./setup.js").Setup} Setup */
/** @typedef {import("./client.js").TrainClient} TrainClient */

const COUNT = 12;
const WAIT_MS = 400;

/** Some images of the chosen data, before and after augmentation. */
export class PreviewView {
  #client;
  #setup;
  #button;
  #error;
  #box;
  #plain;
  #augmented;
  #augmentedBox;
  #seed = 1;
  #asked = 0;
  /** @type {string | undefined} the data that samples are waited for of, as JSON */
  #loading;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLElement} panel
   * @param {TrainClient} client
   * @param {Setup} setup
   */
  constructor(panel, client, setup) {
    this.#client = client;
    this.#setup = setup;
    this.#button = find("other-samples", HTMLButtonElement, panel);
    this.#error = find("preview-error", HTMLElement, panel);
    this.#box = find("preview", HTMLElement, panel);
    this.#plain = find("preview-plain", HTMLElement, panel);
    this.#augmented = find("preview-augmented", HTMLElement, panel);
    this.#augmentedBox = find("augmented-box", HTMLElement, panel);
    this.#button.addEventListener("click", () => {
      this.#seed += 1;
      this.#show();
    });
  }

  /** The setup has changed. What has to be downloaded waits for the button, or for Start. */
  update() {
    clearTimeout(this.#timer);
    const { spec, problem } = this.#setup;
    const { isDownloaded } = sourceOf(spec.source);
    if (this.#loading && this.#loading !== JSON.stringify(spec)) this.#end();
    if (problem === undefined && (!isDownloaded || !this.#box.hidden)) this.#timer = setTimeout(() => this.#show(), WAIT_MS);
    this.#button.disabled = problem !== undefined;
  }

  /** Other data was chosen: that of before need not be downloaded any more. */
  #end() {
    this.#asked += 1;
    this.#loading = undefined;
    this.#client.ask("endPreviews", {}).catch(() => {});
  }

  async #show() {
    const asked = ++this.#asked;
    const { augment, spec } = this.#setup;
    this.#loading = JSON.stringify(spec);
    try {
      const request = { data: spec, augment, count: COUNT, seed: this.#seed };
      const { plain, augmented } = await this.#client.ask("preview", request);
      if (asked !== this.#asked) return;
      this.#loading = undefined;
      this.#error.textContent = "";
      showTiles(this.#plain, tilesOf(plain));
      showTiles(this.#augmented, augmented ? tilesOf(augmented) : []);
      this.#augmentedBox.hidden = !augmented;
      this.#box.hidden = false;
      this.#button.textContent = say("preview.other");
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#loading = undefined;
      this.#box.hidden = true;
      this.#error.textContent = sayError(error);
    }
  }
}

/** @param {import("../../shared/train/protocol.js").Samples} samples */
function tilesOf(samples) {
  return separate(samples).map(({ pixels, digit }) => ({ pixels, label: say("preview.digit", { digit }), caption: String(digit) }));
}
