/** The sizes above which files are not read: all of a file is in memory at once. */
import { CodedError } from "./protocol.js";

export const LARGEST_FILE = 512 * 1024 * 1024;

/**
 * To be called before memory is filled.
 *
 * @param {string} file its name
 * @param {number} bytes
 */
export function checkSize(file, bytes) {
  if (bytes <= LARGEST_FILE) return;
  throw new CodedError("invalid-files", { kind: "too-large", file, most: LARGEST_FILE / 2 ** 20 });
}
