import { withResolvers } from "../shared/compat.js";
import { CodedError } from "../shared/protocol.js";

/**
 * Work on a graphics device that may never end: a panic in wasm leaves the promise it belongs to hanging,
 * and shows as an uncaught error only; a driver that hangs shows as nothing at all.
 */
export class CrashWatch {
  /** @type {PromiseWithResolvers<never> | null} rejected when the device's module crashes */
  #crash = null;
  #patience;

  /** @param {number} patience milliseconds in which a device must have answered */
  constructor(patience) {
    this.#patience = patience;
  }

  /** From now on there is a device that may crash. */
  start() {
    this.#crash = withResolvers();
    // Nobody may be waiting when it is rejected.
    this.#crash.promise.catch(() => {});
  }

  stop() {
    this.#crash = null;
  }

  /**
   * @param {unknown} error an uncaught error
   * @returns {boolean} whether it was the device's module that threw it, and not the CPU's
   */
  absorb(error) {
    if (!this.#crash || isFromCpu(error)) return false;
    this.#crash.reject(error);
    return true;
  }

  /**
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>} rejects when the device has crashed, or has not answered for too long
   */
  async race(work) {
    if (!this.#crash) return work;
    const { promise: late, reject } = withResolvers();
    const seconds = this.#patience / 1_000;
    const error = new CodedError("device-silent", `the graphics device did not answer for ${seconds} seconds`);
    const timer = setTimeout(() => reject(error), this.#patience);
    try {
      return await Promise.race([work, this.#crash.promise, /** @type {Promise<never>} */ (late)]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/**
 * @param {unknown} error an uncaught error
 * @returns {boolean} whether the CPU's module threw it, which nothing can step in for
 */
export function isFromCpu(error) {
  const stack = error instanceof Error ? String(error.stack) : "";
  return /\b(cpu|cpu_relaxed|ndarray)(_bg)?\.(js|wasm)/.test(stack);
}
