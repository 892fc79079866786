import { find } from "../dom.js";
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
    const expected = choices ? `one of ${choices.map(([value]) => value).join(", ")}` : `a number from ${min} to ${max ?? "any"}`;
    return `The address says ${name}=${text}, which is not possible (${expected}). Using ${view.value || "none"}.`;
  }

  /** @returns {boolean} whether the inputs themselves find nothing wrong */
  get isComplete() {
    return [...this.#views.values()].every((view) => view.complaint() === undefined);
  }

  /**
   * Shows what is wrong with one field, or with none.
   * @param {string} [problem] it names the field
   */
  show(problem) {
    const culprit = problem === undefined ? undefined : this.#culprit(problem);
    for (const [name, view] of this.#views) view.show(name === culprit ? problem : undefined);
    const off = this.#view("augment").value === "off";
    for (const { name } of amountsOf(this.fields)) this.#view(name).element.hidden = off;
    this.#error.textContent = problem !== undefined && !culprit ? problem : "";
    const hidden = culprit && this.#view(culprit).element.closest("details");
    if (hidden) hidden.open = true;
  }

  /**
   * @param {string} problem such as "width is 65, but should be a multiple of heads 4"
   * @returns {string | undefined} the field that is named first
   */
  #culprit(problem) {
    const words = problem.toLowerCase().replace(/s\[(\d+)\]/g, (_, index) => String(Number(index) + 1)).split(/[^\w-]+/);
    // "augment.shear is 2" is about the shear, not about augmentation as a whole.
    const named = problem.toLowerCase().startsWith("augment.") ? words.slice(1) : words;
    return named.find((word) => this.#views.has(word));
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
