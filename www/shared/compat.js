/** What browsers of a few years ago lack, in a few lines. */

/**
 * `Promise.withResolvers()`
 *
 * @template T
 * @returns {PromiseWithResolvers<T>}
 */
export function withResolvers() {
  /** @type {Partial<PromiseWithResolvers<T>>} */
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return /** @type {PromiseWithResolvers<T>} */ (made);
}

/**
 * `URL.parse()`
 *
 * @param {string} text
 * @returns {URL | null}
 */
export function parseUrl(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
