/** vitpad's presets, as in src/config.rs, and how many parameters each must have everywhere. */

/** @typedef {import("./types.js").Model} Model */

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
