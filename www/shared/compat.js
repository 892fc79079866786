/** Stand-ins for what some browsers lack or get wrong, in a few lines. */

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

/**
 * WebKitGTK has the language "C" where the system has none; `Intl` throws for that, and uPlot asks it as
 * soon as it is loaded.
 *
 * @param {{ readonly language: string }} navigator
 */
export function mendLanguage(navigator) {
  try {
    Intl.getCanonicalLocales(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en", configurable: true });
  }
}

if (globalThis.navigator) mendLanguage(navigator);
