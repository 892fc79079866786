/**
 * Between the texts of the form and the configuration of a run.
 *
 * @typedef {import("../../shared/train/protocol.js").VitConfig} VitConfig
 * @typedef {import("../../shared/train/protocol.js").Recipe} Recipe
 * @typedef {import("../../shared/train/protocol.js").Augment} Augment
 * @typedef {import("./fields.js").Field} Field
 * @typedef {Record<string, string>} Values the text of each field, by its name
 */

/**
 * @param {Field[]} fields
 * @param {{ config: VitConfig, recipe: Recipe }} preset
 * @param {Augment} augment what it starts from where the preset has none
 * @returns {Values} of the fields that a preset fills in
 */
export function presetValues(fields, { config, recipe }, augment) {
  const all = { ...config, ...recipe, augment: recipe.augment ?? augment };
  const filled = fields.filter(({ path }) => path);
  const values = Object.fromEntries(filled.map(({ name, path }) => [name, toText(at(all, path ?? []))]));
  return { ...values, augment: recipe.augment ? "on" : "off" };
}

/**
 * @param {Field[]} fields
 * @param {Values} values
 * @param {Values} defaults of the preset
 * @returns {{ config: Partial<VitConfig>, recipe: Partial<Recipe> }} what differs from the preset
 */
export function changesOf(fields, values, defaults) {
  /** @type {Record<string, unknown>} */
  const config = {};
  /** @type {Record<string, unknown>} */
  const recipe = {};
  for (const field of fields) {
    const { name, group, path } = field;
    if (!path || values[name] === defaults[name]) continue;
    const [root] = path;
    if (group === "config") config[root] = toValue(field, values[name]);
    else if (group === "augment") recipe.augment = toAugment(fields, values);
    else if (path.length > 1) recipe[root] = listOf(fields, values, root);
    else recipe[root] = toValue(field, values[name]);
  }
  return { config, recipe };
}

/**
 * @param {Field[]} fields
 * @returns {Field[]} the amounts of augmentation, which count only where it is on
 */
export function amountsOf(fields) {
  return fields.filter(({ group, name }) => group === "augment" && name !== "augment");
}

/**
 * @param {Field[]} fields
 * @param {Values} values
 * @returns {Augment | null}
 */
export function toAugment(fields, values) {
  if (values.augment === "off") return null;
  const amounts = amountsOf(fields).map(({ name }) => [name, Number(values[name])]);
  return /** @type {Augment} */ (Object.fromEntries(amounts));
}

/**
 * @param {Field[]} fields
 * @param {Values} values
 * @param {string | number} root of numbers that go together, such as both betas
 */
function listOf(fields, values, root) {
  return fields.filter(({ path }) => path?.[0] === root).map(({ name }) => Number(values[name]));
}

/**
 * @param {unknown} value
 * @param {(string | number)[]} path
 * @returns {unknown} what lies there
 */
function at(value, path) {
  return path.reduce((/** @type {any} */ each, part) => each?.[part], value);
}

/**
 * @param {Field} field
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
  return typeof value === "number" ? String(Number(value.toPrecision(7))) : String(value ?? "");
}
