import { find } from "../dom.js";
import { say, sayWords } from "../words.js";
import { SOURCES, sourceOf } from "../../shared/train/sources.js";
import { readSource, sourceEntries } from "./address.js";

/**
 * @typedef {import("../../shared/train/protocol.js").DataInfo} DataInfo
 * @typedef {import("../../shared/train/sources.js").DataSpec} DataSpec
 * @typedef {import("../../shared/train/sources.js").Field} Field
 * @typedef {import("../../shared/train/sources.js").Sets} Sets
 * @typedef {import("../../shared/train/sources.js").Source} Source
 * @typedef {import("../../shared/train/sources.js").Stock} Stock
 *
 * @typedef {object} FieldParts
 * @property {Field} field
 * @property {HTMLElement} box
 * @property {HTMLInputElement | HTMLSelectElement} input
 */

/** The choice of the source of images. Fires "change" when another source is chosen, or something else entered. */
export class DataChoice extends EventTarget {
  #select;
  #info;
  /** @type {Map<Source, FieldParts>} */
  #fields = new Map();
  /** @type {Sets} */
  #sets = {};

  /** @param {HTMLElement} panel */
  constructor(panel) {
    super();
    this.#select = find("data-select", HTMLSelectElement, panel);
    this.#info = find("data-info", HTMLElement, panel);
    this.#select.append(...SOURCES.map((source) => new Option(sayWords(source.label({})), source.id)));
    this.#select.addEventListener("input", () => this.changed());
    for (const source of SOURCES) {
      const { field } = source;
      if (field) this.#fields.set(source, this.#partsOf(field, panel));
    }
  }

  /** @returns {Source} */
  get source() {
    return sourceOf(this.#select.value);
  }

  /** For the name of a run. */
  get name() {
    return sayWords(this.source.name(this.#entered));
  }

  /** As addresses hold it. */
  get entries() {
    return sourceEntries(this.source, this.#entered, this.#sets);
  }

  /** @returns {string | undefined} why there is nothing to train on */
  get problem() {
    const { id, problem } = this.source;
    const words = problem?.(this.#sets[id] ?? {}, this.#isValid ? this.#entered : "");
    return words && sayWords(words);
  }

  /**
   * @param {number} images 0 for all
   * @param {number} seed
   * @returns {DataSpec}
   */
  spec(images, seed) {
    return this.source.spec({ images, seed, entered: this.#entered });
  }

  /** @param {Sets} sets what is at hand */
  showSets(sets) {
    for (const { id } of SOURCES) this.showStock(id, sets[id] ?? {});
  }

  /**
   * @param {string} id of a source
   * @param {Stock} stock
   */
  showStock(id, stock) {
    const source = sourceOf(id);
    const option = this.#select.options[SOURCES.indexOf(source)];
    this.#sets = { ...this.#sets, [id]: stock };
    option.text = sayWords(source.label(stock));
    option.disabled = stock.isMissing === true;
    const input = this.#fields.get(source)?.input;
    if (input instanceof HTMLSelectElement) fillList(input, stock.options ?? []);
  }

  /**
   * @param {URLSearchParams} params
   * @returns {string[]} sentences about what cannot be
   */
  enter(params) {
    const { source, entered, problems } = readSource(params, this.#sets);
    this.#select.value = source.id;
    for (const { field, input } of this.#fields.values()) {
      const text = entered[field.parameter];
      // A list always has something chosen.
      if (text || input instanceof HTMLInputElement) input.value = text;
    }
    this.#show();
    return problems;
  }

  /** @param {string} id of a source */
  choose(id) {
    this.#select.value = id;
    this.changed();
  }

  /** Something else is chosen or entered now. */
  changed() {
    this.tell("");
    this.#show();
    this.dispatchEvent(new Event("change"));
  }

  /** @param {string} text what is going on with the data */
  tell(text) {
    this.#info.textContent = text;
  }

  /** @param {DataInfo} info */
  showInfo({ train, validation, test }) {
    this.tell(say("data.info", { count: train, validation, test }));
  }

  /** The text in the field of the source, if it has one. */
  get #entered() {
    return this.#fields.get(this.source)?.input.value ?? "";
  }

  get #isValid() {
    return this.#fields.get(this.source)?.input.validity.valid ?? true;
  }

  /**
   * @param {Field} field
   * @param {HTMLElement} panel
   * @returns {FieldParts}
   */
  #partsOf(field, panel) {
    const box = find(field.box, HTMLElement, panel);
    const input = find(field.input, HTMLElement, box);
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) throw new TypeError(`${field.input} is no input`);
    input.addEventListener("input", () => this.changed());
    return { field, box, input };
  }

  #show() {
    for (const [source, { field, box }] of this.#fields) {
      const isWrong = source === this.source && this.#entered !== "" && !this.#isValid;
      const error = box.querySelector(".field-error");
      box.hidden = source !== this.source;
      if (error) error.textContent = isWrong && field.malformed ? sayWords(field.malformed) : "";
      for (const input of box.querySelectorAll("input")) input.ariaInvalid = isWrong ? "true" : null;
    }
  }
}

/**
 * @param {HTMLSelectElement} list what is chosen stays, if it can; hidden, with what belongs to it, if empty
 * @param {string[]} options
 */
function fillList(list, options) {
  const chosen = list.value;
  list.replaceChildren(...options.map((option) => new Option(option, option)));
  if (options.includes(chosen)) list.value = chosen;
  if (list.parentElement) list.parentElement.hidden = options.length === 0;
}
