/**
 * What can be set for a run: one field for each hyperparameter, named as in the configuration.
 *
 * @typedef {"basic" | "config" | "recipe" | "augment"} Group where it stands in the form
 *
 * @typedef {object} Field
 * @property {string} name in addresses, and in messages about it
 * @property {string} label
 * @property {Group} group
 * @property {string} [testId] default: `field-` and the name
 * @property {[string, string][]} [choices] values and what they are called; a number without
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [whole] whether only whole numbers make sense
 * @property {boolean} [optional] whether it may be left empty
 * @property {string} [hint]
 */

/** @type {Field[]} */
const BASIC = [
  { name: "preset", label: "Preset", group: "basic", testId: "preset-select", choices: [["default", "Default, accurate"], ["reference", "Reference, as published"], ["quick", "Quick, learns in a minute"]] },
  { name: "train-device", label: "Train on", group: "basic", testId: "train-device-select", choices: [["auto", "Best device"], ["webgpu", "WebGPU"], ["cpu", "CPU"], ["ndarray", "CPU, ndarray backend"]] },
  { name: "images", label: "Images per epoch", group: "basic", min: 1, max: 10_000_000, whole: true, optional: true, hint: "empty: all" },
  { name: "batch", label: "Batch size", group: "basic", testId: "batch-size", min: 1, max: 4096, whole: true },
  { name: "epochs", label: "Epochs", group: "basic", testId: "epochs", min: 1, max: 10_000, whole: true },
  { name: "seed", label: "Seed", group: "basic", testId: "seed", min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
];

/** @type {Field[]} */
const CONFIG = [
  { name: "width", label: "Width", group: "config", min: 1, max: 4096, whole: true, hint: "values per token" },
  { name: "heads", label: "Heads", group: "config", min: 1, max: 4096, whole: true },
  { name: "layers", label: "Layers", group: "config", min: 1, max: 4096, whole: true },
  { name: "hidden", label: "Hidden width", group: "config", min: 1, max: 4096, whole: true, hint: "of the MLP" },
  { name: "dropout", label: "Dropout", group: "config", min: 0, max: 0.99 },
  { name: "patch_size", label: "Patch size", group: "config", choices: [["2", "2 pixels"], ["4", "4 pixels"], ["7", "7 pixels"], ["14", "14 pixels"], ["28", "28 pixels"]] },
  { name: "norm", label: "Layer norm", group: "config", choices: [["pre", "before (pre)"], ["post", "after (post)"]] },
  { name: "activation", label: "Activation", group: "config", choices: [["gelu", "GELU"], ["relu", "ReLU"]] },
  { name: "embedding_std", label: "Embedding deviation", group: "config", min: 0, max: 100, hint: "of fresh positions" },
];

/** @type {Field[]} */
const RECIPE = [
  { name: "optimizer", label: "Optimiser", group: "recipe", choices: [["adam", "Adam"], ["adamw", "AdamW"]] },
  { name: "learning_rate", label: "Learning rate", group: "recipe", min: 0, max: 10 },
  { name: "schedule", label: "Schedule", group: "recipe", choices: [["constant", "Constant"], ["cosine", "Cosine to 0"]] },
  { name: "warmup", label: "Warm-up", group: "recipe", min: 0, max: 1_000_000, whole: true, hint: "steps" },
  { name: "beta1", label: "Beta 1", group: "recipe", min: 0, max: 0.999999 },
  { name: "beta2", label: "Beta 2", group: "recipe", min: 0, max: 0.999999 },
  { name: "eps", label: "Epsilon", group: "recipe", min: 0, max: 1 },
  { name: "weight_decay", label: "Weight decay", group: "recipe", min: 0, max: 1 },
  { name: "clip_norm", label: "Clip gradients at", group: "recipe", min: 0, optional: true, hint: "empty: not" },
  { name: "label_smoothing", label: "Label smoothing", group: "recipe", min: 0, max: 1 },
];

/** @type {Field[]} */
const AUGMENT = [
  { name: "augment", label: "Change images", group: "augment", choices: [["on", "On"], ["off", "Off"]] },
  { name: "rotation", label: "Rotation", group: "augment", min: 0, max: 180, hint: "degrees" },
  { name: "scale", label: "Scale", group: "augment", min: 0, max: 0.9, hint: "share of the size" },
  { name: "shear", label: "Shear", group: "augment", min: 0, max: 1, hint: "pixels per row" },
  { name: "shift", label: "Shift", group: "augment", min: 0, max: 28, hint: "pixels" },
  { name: "elastic", label: "Elastic bend", group: "augment", min: 0, max: 28, hint: "pixels" },
  { name: "thickness", label: "Thickness", group: "augment", min: 0, max: 1, hint: "0 to 1" },
];

export const FIELDS = [...BASIC, ...CONFIG, ...RECIPE, ...AUGMENT];

/** The amounts of augmentation, which count only where it is on. */
export const AMOUNTS = AUGMENT.slice(1).map(({ name }) => name);

/** What amounts start from where a preset has no augmentation: those of the default preset. */
export const MILD_AUGMENT = { rotation: 12, scale: 0.12, shear: 0.15, shift: 2.5, elastic: 0, thickness: 0 };
