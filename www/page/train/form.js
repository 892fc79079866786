import { find } from "../dom.js";
import { say } from "../words.js";
import { fieldNameOf } from "./fields.js";
import { FieldView } from "./fieldview.js";
import { amountsOf } from "./values.js";

/** @typedef {import("./fields.js").Field} Field */
/** @typedef {import("./values.js").Values} Values */

/** The fields of a run. Fires "change" when the user changed one. */
export class FormView extends EventTarget {
  /** @type {Map<string, FieldView>} */
  #views = new Map();
  #error;
  #fieldset;
  /** @type {Values} */
  defaults = {};
  /** @type {Field[]} */
  fields = [];
  #panel;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    super();
    this.#panel = panel;
    this.#error = find("form-error", HTMLElement, panel);
    this.#fieldset = find("form", HTMLFieldSetElement, panel);
  }

  /** @param {Field[]} fields what can be set, to be called once */
  build(fields) {
    this.fields = fields;
    for (const field of fields) {
      const view = new FieldView(field, () => this.#changed(field.name));
      this.#views.set(field.name, view);
      find(`${field.group}-fields`, HTMLElement, this.#panel).append(view.element);
    }
  }

  /** @param {boolean} enabled */
  enable(enabled) {
    this.#fieldset.disabled = !enabled;
  }

  /** @returns {Values} */
  get values() {
    return Object.fromEntries([...this.#views].map(([name, { value }]) => [name, value]));
  }

  /** @returns {Values} those that are not as they were filled in */
  get changes() {
    const changed = [...this.#views].filter(([, view]) => view.isChanged);
    return Object.fromEntries(changed.map(([name, { value }]) => [name, value]));
  }

  /** @param {Values} values fills them in, over what the user changed */
  fill(values) {
    this.defaults = { ...this.defaults, ...values };
    for (const [name, value] of Object.entries(values)) this.#view(name).setDefault(value);
    this.show();
  }

  /**
   * @param {string} name
   * @param {string} value for a field that the user left alone
   */
  suggest(name, value) {
    this.defaults[name] = value;
    this.#view(name).changeDefault(value);
    this.show();
  }

  /**
   * @param {string} name
   * @param {string} text
   * @returns {string | undefined} why it was not taken
   */
  enter(name, text) {
    const view = this.#view(name);
    if (view.accept(text)) {
      view.show();
      return undefined;
    }
    const { choices, min, max } = view.field;
    const values = { name, text, used: view.value || say("address.none") };
    if (choices) return say("address.wrong-choice", { ...values, choices: choices.map(([value]) => value) });
    return say("address.wrong-number", { ...values, min: String(min), max: max === undefined ? say("address.any") : String(max) });
  }

  /** @returns {boolean} whether the inputs themselves find nothing wrong */
  get isComplete() {
    return [...this.#views.values()].every((view) => view.complaint() === undefined);
  }

  /**
   * Shows what is wrong with one field, or with none.
   * @param {string} [problem]
   * @param {string} [hyperparameter] that it is about
   */
  show(problem, hyperparameter) {
    const named = hyperparameter && fieldNameOf(hyperparameter);
    const culprit = named && this.#views.has(named) ? named : undefined;
    for (const [name, view] of this.#views) view.show(name === culprit ? problem : undefined);
    const off = this.#view("augment").value === "off";
    for (const { name } of amountsOf(this.fields)) this.#view(name).element.hidden = off;
    this.#error.textContent = problem !== undefined && !culprit ? problem : "";
    const hidden = culprit && this.#view(culprit).element.closest("details");
    if (hidden) hidden.open = true;
  }

  /** @param {string} name */
  #view(name) {
    const view = this.#views.get(name);
    if (!view) throw new Error(`the form has no field ${name}`);
    return view;
  }

  /** @param {string} name */
  #changed(name) {
    this.show();
    this.dispatchEvent(new CustomEvent("change", { detail: name }));
  }
}
