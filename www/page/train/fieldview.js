import { say } from "../words.js";

/** @typedef {import("./fields.js").Field} Field */

/** One field of the form: its input, the way back to the preset's value, and what is wrong. */
export class FieldView {
  /** @type {HTMLInputElement | HTMLSelectElement} */
  input;
  field;
  element = document.createElement("div");
  #back = document.createElement("button");
  #error = document.createElement("p");
  #default = "";

  /**
   * @param {Field} field
   * @param {() => void} onChange by the user
   */
  constructor(field, onChange) {
    const id = `field-${field.name}`;
    this.field = field;
    this.input = field.choices ? choiceInput(field.choices) : numberInput(field);
    this.input.id = id;
    this.input.dataset.testid = field.testId ?? id;
    this.#error.className = "field-error";
    this.#error.id = `${id}-error`;
    this.#back.type = "button";
    this.#back.className = "back";
    this.#back.textContent = "↺";
    this.#back.dataset.testid = `back-${field.name}`;
    this.#back.addEventListener("click", () => {
      this.input.value = this.#default;
      this.input.focus();
      onChange();
    });
    this.input.addEventListener("input", onChange);
    this.element.className = "field";
    this.element.append(label(field, id), row(this.input, this.#back), this.#error);
  }

  get value() {
    return this.input.value;
  }

  /**
   * @param {string} text
   * @returns {boolean} whether it can be this field's value
   */
  accept(text) {
    const before = this.input.value;
    this.input.value = text;
    // An input leaves out what is no number, a list what is not on it.
    const fits = this.input.value === text && this.#isWithin(text);
    if (!fits) this.input.value = before;
    return fits;
  }

  /**
   * Not the input's own validity: while the form is disabled, everything is valid.
   * @param {string} text
   */
  #isWithin(text) {
    const { choices, min = -Infinity, max = Infinity, whole: isWhole, optional } = this.field;
    if (choices) return true;
    if (text === "") return optional === true;
    const number = Number(text);
    return number >= min && number <= max && (!isWhole || Number.isInteger(number));
  }

  /** @param {string} text what it is when nobody changes it */
  setDefault(text) {
    this.#default = text;
    this.input.value = text;
  }

  /** @param {string} text */
  changeDefault(text) {
    if (this.isChanged) this.#default = text;
    else this.setDefault(text);
  }

  get isChanged() {
    return this.input.value !== this.#default || this.input.validity.badInput;
  }

  /** @param {string} [problem] */
  show(problem) {
    const wrong = problem ?? this.complaint();
    this.element.classList.toggle("is-changed", this.isChanged);
    this.#back.hidden = !this.isChanged;
    const value = this.#name(this.#default);
    this.#back.ariaLabel = say("field.back-of", { field: this.field.label, value });
    this.#back.title = say("field.back", { value });
    this.#error.textContent = wrong ?? "";
    this.input.ariaInvalid = wrong ? "true" : null;
    if (wrong) this.input.setAttribute("aria-describedby", this.#error.id);
    else this.input.removeAttribute("aria-describedby");
  }

  /** @returns {string | undefined} what is wrong, for people */
  complaint() {
    if (this.input.validity.valid) return undefined;
    const { min = 0, max = Infinity, whole: isWhole } = this.field;
    const kind = isWhole ? "whole" : "number";
    return max < Number.MAX_SAFE_INTEGER ? say(`field.${kind}-between`, { min, max }) : say(`field.${kind}-from`, { min });
  }

  /** @param {string} value */
  #name(value) {
    const choice = this.field.choices?.find(([each]) => each === value);
    return (choice?.[1] ?? value) || say("field.nothing");
  }
}

/**
 * @param {Field} field
 * @param {string} id
 */
function label({ label: text, hint }, id) {
  const element = document.createElement("label");
  element.htmlFor = id;
  element.textContent = text;
  if (hint) {
    const small = document.createElement("small");
    small.textContent = hint;
    element.append(" ", small);
  }
  return element;
}

/**
 * @param {HTMLElement} input
 * @param {HTMLElement} back
 */
function row(input, back) {
  const element = document.createElement("div");
  element.className = "field-row";
  element.append(input, back);
  return element;
}

/** @param {[string, string][]} choices */
function choiceInput(choices) {
  const select = document.createElement("select");
  for (const [value, text] of choices) select.add(new Option(text, value));
  return select;
}

/** @param {Field} field */
function numberInput({ min, max, whole: isWhole, optional }) {
  const input = document.createElement("input");
  input.type = "number";
  input.inputMode = isWhole ? "numeric" : "decimal";
  input.autocomplete = "off";
  if (min !== undefined) input.min = String(min);
  if (max !== undefined) input.max = String(max);
  input.step = isWhole ? "1" : "any";
  input.required = !optional;
  return input;
}
