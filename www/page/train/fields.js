/**
 * The fields of the form: one for each hyperparameter, as the wasm file's schema describes it, and what
 * else a run needs.
 *
 * @typedef {import("../../shared/train/protocol.js").Schema} Schema
 * @typedef {Schema["hyperparameters"][number]} Hyperparameter
 * @typedef {"basic" | "config" | "recipe" | "augment"} Group where it stands in the form
 *
 * @typedef {object} Field
 * @property {string} name in addresses, and in messages about it
 * @property {string} label
 * @property {Group} group
 * @property {(string | number)[]} [path] where its value lies, in the configuration or in the recipe
 * @property {string} [testId] default: `field-` and the name
 * @property {[string, string][]} [choices] values and what they are called; a number without
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [whole] whether only whole numbers make sense
 * @property {boolean} [optional] whether it may be left empty
 * @property {string} [hint]
 */

import { say, sayName } from "../words.js";

/** @type {Record<string, string>} */
const TEST_IDS = { batch: "batch-size", epochs: "epochs", seed: "seed" };

const DEVICES = /** @type {const} */ (["auto", "webgpu", "cpu", "ndarray"]);

/**
 * @param {Schema} schema
 * @returns {Field[]}
 */
export function fieldsOf({ presets, hyperparameters }) {
  return [
    { name: "preset", label: say("setup.preset"), group: "basic", testId: "preset-select", choices: choicesOf("preset", presets) },
    { name: "train-device", label: say("setup.device"), group: "basic", testId: "train-device-select", choices: DEVICES.map((each) => [each, say(`device.${each}`)]) },
    { name: "images", label: say("setup.images"), group: "basic", min: 1, max: 10_000_000, whole: true, optional: true, hint: say("setup.images-hint") },
    ...hyperparameters.flatMap(fieldOf),
  ];
}

/**
 * @param {Hyperparameter} hyperparameter
 * @returns {Field[]} none for what the data decides
 */
function fieldOf(hyperparameter) {
  const { name, group, optional, offered } = hyperparameter;
  if (group === "data") return [];
  const label = sayName(`schema.${name}`, hyperparameter.label);
  const hint = sayName(`schema.${name}.hint`, hyperparameter.hint);
  const known = { name: fieldNameOf(name), label, hint, group, optional, path: pathOf(name), testId: TEST_IDS[name] };
  if (hyperparameter.kind === "choice") return [{ ...known, choices: choicesOf(name, hyperparameter.choices) }];
  const { kind, least: min, most } = hyperparameter;
  if (offered.length > 0) return [{ ...known, hint: "", choices: offered.map((each) => [String(each), `${each} ${hint}`]) }];
  return [{ ...known, min, max: most ?? undefined, whole: kind === "whole" }];
}

/**
 * @param {string} name of what they are choices of
 * @param {[string, string][]} choices values and what Rust calls them
 * @returns {[string, string][]} values and what they are called
 */
function choicesOf(name, choices) {
  return choices.map(([value, text]) => [value, sayName(`schema.${name}.${value}`, text)]);
}

/**
 * @param {string} name such as `betas[0]` or `augment.shear`
 * @returns {(string | number)[]} `["betas", 0]`, `["augment", "shear"]`
 */
export function pathOf(name) {
  return name.split(/[.[\]]+/).filter(Boolean).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * @param {string} name of a hyperparameter, such as `betas[0]` or `augment.shear`
 * @returns {string} the name of its field, a word for addresses: `beta1`, `shear`
 */
export function fieldNameOf(name) {
  const path = pathOf(name);
  const last = path.at(-1);
  return typeof last === "number" ? `${String(path.at(-2)).replace(/s$/, "")}${last + 1}` : String(last);
}
