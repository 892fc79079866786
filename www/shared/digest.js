/**
 * @param {Uint8Array[]} parts
 * @returns {string} FNV-1a, in hexadecimal: crypto.subtle is not there on every address
 */
export function digestOf(...parts) {
  let hash = 0x811c9dc5;
  for (const bytes of parts) {
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
