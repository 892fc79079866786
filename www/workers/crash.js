import { withResolvers } from "../shared/compat.js";
import { CodedError } from "../shared/protocol.js";

/** Work on a graphics device that may never end: its module may crash, and a driver may hang. */
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
   * @returns {boolean} whether the device is to blame
   */
  absorb(error) {
    if (!this.#crash || !isDeviceFault(error)) return false;
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
    return withTimeLimit(Promise.race([work, this.#crash.promise]), this.#patience, "device");
  }
}

/**
 * @template T
 * @param {Promise<T>} work on a device
 * @param {number} limit milliseconds
 * @param {"browser" | "device"} kind what has not answered when it takes longer
 * @returns {Promise<T>}
 */
export async function withTimeLimit(work, limit, kind) {
  const { promise, reject } = withResolvers();
  const error = new CodedError("device-silent", { kind, seconds: limit / 1_000 });
  const timer = setTimeout(() => reject(Object.assign(error, { isDeviceFault: true })), limit);
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (promise)]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Tells whether another device may do what this one did not. Errors of ours say so themselves; what else
 * comes out of a device's module is the browser's or a trap.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
export function isDeviceFault(error) {
  if (error instanceof Error && "isDeviceFault" in error) return Boolean(error.isDeviceFault);
  return !(error instanceof CodedError);
}
