/**
 * vitpad's presets, as in src/config.rs, how many parameters each must have everywhere, and how
 * much arithmetic each takes.
 */

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Task} Task */

const CLASSES = 10;
const PATCHES = (28 / 4) ** 2;
const PATCH_PIXELS = 4 ** 2;
const TOKENS = PATCHES + 1;

/** @type {Record<string, { model: Model, parameters: number }>} */
export const PRESETS = {
  reference: {
    model: { width: 16, heads: 8, layers: 4, hidden: 768, norm: "post" },
    parameters: 107_338,
  },
  default: {
    model: { width: 64, heads: 4, layers: 4, hidden: 128, norm: "pre" },
    parameters: 139_018,
  },
};

/**
 * The multiply-adds of one step: products of the linear layers (patch embedding, queries, keys
 * and values, attention's output, both layers of the MLP, head) and of attention (scores, and
 * values by weights; its heads share the width, so their number makes no difference). Training
 * takes three times as many, since each product has two more for its gradients: the patches' too,
 * which none needs.
 *
 * Exponentials, GELU, softmax, normalisation and the optimiser are not counted, though they take
 * time. So no library can come to the limit, and least so where `hidden` is large.
 *
 * The head reads the class token alone. vitpad therefore leaves out the last block's other tokens,
 * but for their keys and values (and queries, which come with them); where it reads on the CPU, it
 * folds those into sums over tokens for each head. The others compute them.
 *
 * @param {Model} model
 * @param {Pick<Task, "mode" | "batch" | "device">} task
 * @param {string} library
 */
export function multiplyAdds({ width, heads, layers, hidden }, { mode, batch, device }, library) {
  const layersOf = (/** @type {number} */ tokens) => tokens * (width * width + 2 * width * hidden);
  const block = (/** @type {number} */ tokens) =>
    TOKENS * 3 * width * width + layersOf(tokens) + 2 * tokens * TOKENS * width;
  const folded = 3 * width * width + layersOf(1) + 2 * heads * TOKENS * width;
  const ofVitpad = mode === "infer" && device === "cpu" ? folded : block(1);
  const last = library.startsWith("vitpad") ? ofVitpad : block(TOKENS);
  const ends = PATCHES * PATCH_PIXELS * width + width * CLASSES;
  return batch * (mode === "train" ? 3 : 1) * (ends + (layers - 1) * block(TOKENS) + last);
}
