/**
 * Between the texts of the form and the configuration of a run.
 *
 * @typedef {import("./protocol.js").VitConfig} VitConfig
 * @typedef {import("./protocol.js").Recipe} Recipe
 * @typedef {import("./protocol.js").Preset} Preset
 * @typedef {Record<string, string>} Values the text of each field, by its name
 */
import { AMOUNTS, FIELDS, MILD_AUGMENT } from "./fields.js";

/** Fields that are neither of the model nor of the recipe. */
const OTHERS = ["images", "preset", "train-device"];

/**
 * @param {{ config: VitConfig, recipe: Recipe }} preset
 * @returns {Values} of the fields that a preset fills in
 */
export function presetValues({ config, recipe }) {
  const [beta1, beta2] = recipe.betas;
  const { augment, clip_norm: clip } = recipe;
  /** @type {Record<string, unknown>} */
  const all = {
    ...config,
    ...recipe,
    ...(augment ?? MILD_AUGMENT),
    beta1,
    beta2,
    clip_norm: clip ?? "",
    augment: augment ? "on" : "off",
  };
  const filled = FIELDS.filter(({ name }) => name in all);
  return Object.fromEntries(filled.map(({ name }) => [name, toText(all[name])]));
}

/**
 * @param {Values} values
 * @param {Values} defaults of the preset
 * @returns {{ config: Partial<VitConfig>, recipe: Partial<Recipe> }} what differs from the preset
 */
export function changesOf(values, defaults) {
  const changed = FIELDS.filter(({ name }) => !OTHERS.includes(name) && values[name] !== defaults[name]);
  /** @type {Record<string, unknown>} */
  const config = {};
  /** @type {Record<string, unknown>} */
  const recipe = {};
  for (const field of changed) {
    const { name, group } = field;
    if (group === "config") config[name] = toValue(field, values[name]);
    else if (name === "beta1" || name === "beta2") recipe.betas = [Number(values.beta1), Number(values.beta2)];
    else if (group === "augment") recipe.augment = toAugment(values);
    else recipe[name] = toValue(field, values[name]);
  }
  return { config, recipe };
}

/**
 * @param {Values} values
 * @returns {import("./protocol.js").Augment | null}
 */
export function toAugment(values) {
  if (values.augment === "off") return null;
  const amounts = AMOUNTS.map((name) => [name, Number(values[name])]);
  return /** @type {import("./protocol.js").Augment} */ (Object.fromEntries(amounts));
}

/**
 * @param {import("./fields.js").Field} field
 * @param {string} text
 */
function toValue({ choices, optional }, text) {
  if (optional && text === "") return null;
  // The size of a patch is both a choice and a number.
  return choices && Number.isNaN(Number(text)) ? text : Number(text);
}

/**
 * Single precision numbers come with the rest of double precision: 0.05000000074505806.
 * @param {unknown} value
 */
function toText(value) {
  return typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value);
}
