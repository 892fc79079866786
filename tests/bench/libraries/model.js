/**
 * What the peers' models are made of: the same parameters and the same batch for each, so that
 * their losses can be compared.
 */

/** @typedef {import("../types.js").Model} Model */
/** @typedef {{ shape: number[], values: Float32Array }} Values */

/** Patches of an image, and values in a patch. */
export const PATCHES = 49;
export const PATCH_VALUES = 16;
/** The patches and the class token. */
export const TOKENS = PATCHES + 1;
export const CLASSES = 10;
export const LAYER_NORM_EPS = 1e-5;
export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 };

/**
 * Fresh parameters; a linear layer's weight is [inputs, outputs].
 *
 * @param {Model} model
 */
export function freshParameters({ width, layers, hidden }) {
  const draw = uniform(1);
  const linear = (/** @type {number} */ inputs, /** @type {number} */ outputs) => ({
    weight: draw([inputs, outputs], 1 / Math.sqrt(inputs)),
    bias: draw([outputs], 1 / Math.sqrt(inputs)),
  });
  const norm = () => ({ gain: filled([width], 1), bias: filled([width], 0) });
  return {
    patch: linear(PATCH_VALUES, width),
    classToken: draw([1, 1, width], 1),
    positions: draw([1, TOKENS, width], 1),
    blocks: Array.from({ length: layers }, () => ({
      queryKeyValue: linear(width, 3 * width),
      attentionOutput: linear(width, width),
      norm1: norm(),
      linear1: linear(width, hidden),
      linear2: linear(hidden, width),
      norm2: norm(),
    })),
    headNorm: norm(),
    head: linear(width, CLASSES),
  };
}

/**
 * Images already cut into patches, [batch, PATCHES, PATCH_VALUES], and their labels.
 *
 * @param {number} batch
 */
export function randomBatch(batch) {
  return {
    patches: uniform(2)([batch, PATCHES, PATCH_VALUES], 1),
    labels: Int32Array.from({ length: batch }, (_, image) => image % CLASSES),
  };
}

/**
 * The same nested object with every `Values` replaced.
 *
 * @param {any} tree
 * @param {(values: Values) => any} change
 * @returns {any}
 */
export function mapValues(tree, change) {
  if (tree.values instanceof Float32Array) return change(tree);
  if (Array.isArray(tree)) return tree.map((each) => mapValues(each, change));
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, mapValues(each, change)]));
}

/** @param {any} tree */
export function countValues(tree) {
  let count = 0;
  mapValues(tree, ({ values }) => (count += values.length));
  return count;
}

/**
 * Draws from -bound to bound; the same numbers for the same seed.
 *
 * @param {number} seed
 */
function uniform(seed) {
  let state = seed;
  const next = () => {
    // The linear congruential generator of Numerical Recipes.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return (/** @type {number[]} */ shape, /** @type {number} */ bound) => ({
    shape,
    values: Float32Array.from({ length: size(shape) }, () => (2 * next() - 1) * bound),
  });
}

/** @param {number[]} shape @param {number} value */
function filled(shape, value) {
  return { shape, values: new Float32Array(size(shape)).fill(value) };
}

/** @param {number[]} shape */
function size(shape) {
  return shape.reduce((product, length) => product * length);
}
