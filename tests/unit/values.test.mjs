import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "../../www/page/train/fields.js";
import { changesOf, presetValues, toAugment } from "../../www/page/train/values.js";

const entry = (name, group, rest) => ({ name, label: name, hint: "", group, optional: false, offered: [], ...rest });
const number = { kind: "number", least: 0, most: 1, above: false, below: true };

/** As the wasm file gives it, with a hyperparameter that no line of the page knows. */
const SCHEMA = {
  presets: [["default", "Default"]],
  hyperparameters: [
    entry("classes", "data", { kind: "whole", least: 1, most: 9 }),
    entry("width", "config", { kind: "whole", least: 1, most: 64 }),
    entry("patch_size", "config", { kind: "whole", least: 1, most: 28, offered: [2, 4], hint: "pixels" }),
    entry("brand_new", "config", { kind: "choice", choices: [["a", "A"], ["b", "B"]] }),
    entry("betas[0]", "recipe", number),
    entry("betas[1]", "recipe", number),
    entry("clip_norm", "recipe", { ...number, most: null, optional: true }),
    entry("augment", "augment", { kind: "choice", choices: [["on", "On"], ["off", "Off"]] }),
    entry("augment.shear", "augment", number),
  ],
  augment: { shear: 0.2 },
};
const FIELDS = fieldsOf(SCHEMA);
const PRESET = {
  config: { classes: 10, width: 32, patch_size: 4, brand_new: "a" },
  recipe: { betas: [0.9, 0.999], clip_norm: null, augment: null },
};

test("a hyperparameter that is new to the page becomes a field, and what the data decides does not", () => {
  const found = FIELDS.find(({ name }) => name === "brand_new");
  assert.deepEqual(found?.choices, [["a", "A"], ["b", "B"]]);
  assert.equal(FIELDS.some(({ name }) => name === "classes"), false);
  assert.deepEqual(FIELDS.find(({ name }) => name === "patch_size")?.choices, [["2", "2 pixels"], ["4", "4 pixels"]]);
  assert.equal(FIELDS.find(({ name }) => name === "clip_norm")?.max, undefined);
});

test("a preset fills every field, augmentation from what the schema starts with", () => {
  assert.deepEqual(presetValues(FIELDS, PRESET, SCHEMA.augment), {
    width: "32", patch_size: "4", brand_new: "a", beta1: "0.9", beta2: "0.999", clip_norm: "", augment: "off", shear: "0.2",
  });
});

test("changes are what differs from the preset, lists and augmentation as a whole", () => {
  const defaults = presetValues(FIELDS, PRESET, SCHEMA.augment);
  const values = { ...defaults, width: "16", brand_new: "b", beta2: "0.99", clip_norm: "2", augment: "on" };
  assert.deepEqual(changesOf(FIELDS, values, defaults), {
    config: { width: 16, brand_new: "b" },
    recipe: { betas: [0.9, 0.99], clip_norm: 2, augment: { shear: 0.2 } },
  });
  assert.deepEqual(changesOf(FIELDS, defaults, defaults), { config: {}, recipe: {} });
  assert.equal(toAugment(FIELDS, defaults), null);
});
