/** Long enough for any browser to begin the download. */
const KEEP_MS = 60_000;

/**
 * Offers bytes or text as a download.
 *
 * @param {string} name of the file; what file systems do not like in it is replaced
 * @param {Uint8Array | string} content
 */
export function save(name, content) {
  const url = URL.createObjectURL(new Blob([/** @type {BlobPart} */ (content)]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replace(/[^\p{L}\p{N}._-]+/gu, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS);
}
