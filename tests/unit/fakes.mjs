/** What tests of measured devices share. */
import { sayWords } from "../../www/page/words.js";

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
 * @param {import("../../www/shared/protocol.js").Words | null} words
 * @returns {string} in English, without spaces that do not break
 */
export function plain(words) {
  return words ? sayWords(words).replaceAll("\u00a0", " ") : "";
}
