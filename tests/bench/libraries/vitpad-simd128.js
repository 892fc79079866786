/** vitpad in the file for engines without relaxed SIMD. */
import { createFrom } from "./vitpad.js";

/** @param {import("../types.js").Task} task @returns {Promise<import("../types.js").Timed>} */
export function create(task) {
  return createFrom(task.device, task);
}
