/** What tests of measured devices share. */

// Every browser with WebGPU has it, Node only since 22.
Promise.withResolvers ??= () => {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};

/** @param {Map<string, object>} [kept] from before */
export function fakeSpeeds(kept = new Map()) {
  return {
    kept,
    recall: async (key) => kept.get(key) ?? null,
    remember: async (key, timings) => {
      kept.set(key, timings);
    },
  };
}

/**
 * @param {string | null} text
 * @returns {string} without spaces that do not break
 */
export function plain(text) {
  return (text ?? "").replaceAll("\u00a0", " ");
}
