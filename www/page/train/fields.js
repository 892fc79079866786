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

/** @type {Record<string, string>} */
const TEST_IDS = { batch: "batch-size", epochs: "epochs", seed: "seed" };

/**
 * @param {Schema} schema
 * @returns {Field[]}
 */
export function fieldsOf({ presets, hyperparameters }) {
  return [
    { name: "preset", label: "Preset", group: "basic", testId: "preset-select", choices: presets },
    { name: "train-device", label: "Train on", group: "basic", testId: "train-device-select", choices: [["auto", "Best device"], ["webgpu", "WebGPU"], ["cpu", "CPU"], ["ndarray", "CPU, ndarray backend"]] },
    { name: "images", label: "Images per epoch", group: "basic", min: 1, max: 10_000_000, whole: true, optional: true, hint: "empty: all" },
    ...hyperparameters.flatMap(fieldOf),
  ];
}

/**
 * @param {Hyperparameter} hyperparameter
 * @returns {Field[]} none for what the data decides
 */
function fieldOf(hyperparameter) {
  const { name, label, hint, group, optional, offered } = hyperparameter;
  if (group === "data") return [];
  const path = pathOf(name);
  const known = { name: nameOf(path), label, hint, group, optional, path, testId: TEST_IDS[name] };
  if (hyperparameter.kind === "choice") return [{ ...known, choices: hyperparameter.choices }];
  const { kind, least: min, most } = hyperparameter;
  if (offered.length > 0) return [{ ...known, hint: "", choices: offered.map((each) => [String(each), `${each} ${hint}`]) }];
  return [{ ...known, min, max: most ?? undefined, whole: kind === "whole" }];
}

/**
 * @param {string} name such as `betas[0]` or `augment.shear`
 * @returns {(string | number)[]} `["betas", 0]`, `["augment", "shear"]`
 */
export function pathOf(name) {
  return name.split(/[.[\]]+/).filter(Boolean).map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/**
 * @param {(string | number)[]} path
 * @returns {string} a word for addresses: `beta1`, `shear`
 */
function nameOf(path) {
  const last = path.at(-1);
  return typeof last === "number" ? `${String(path.at(-2)).replace(/s$/, "")}${last + 1}` : String(last);
}
