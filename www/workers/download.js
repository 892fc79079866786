import { checkSize } from "../shared/limits.js";
import { CodedError } from "../shared/protocol.js";

/**
 * @typedef {(loaded: number, total: number) => void} OnProgress
 * @typedef {{ url: URL, expectedBytes: number, onProgress: OnProgress, cache?: RequestCache }} DownloadOptions
 */

/**
 * Fetches a file, counting its bytes as they come.
 *
 * The response itself goes back untouched and a clone is counted: browsers keep compiled
 * WebAssembly in their cache only for responses that came straight from `fetch`.
 *
 * @param {DownloadOptions} options
 * @returns {Promise<Response>}
 */
export async function download({ url, expectedBytes, onProgress, cache }) {
  const response = await request(url, { cache });
  const total = decodedLength(response) ?? expectedBytes;
  // Whoever reads the response learns of a broken connection; the counter needs not.
  countBytes(response.clone(), (loaded) => onProgress(loaded, Math.max(total, loaded))).catch(() => {});
  return response;
}

/**
 * @param {DownloadOptions & { signal?: AbortSignal }} options `signal` ends it, with its reason
 * @returns {Promise<Uint8Array<ArrayBuffer>>} rejects before more comes than can be read
 */
export async function downloadBytes({ url, expectedBytes, onProgress, signal }) {
  const response = await request(url, { signal });
  const file = nameOf(url);
  const total = decodedLength(response) ?? expectedBytes;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  try {
    checkSize(file, Number(response.headers.get("Content-Length")));
    await countBytes(response, (loaded, chunk) => {
      checkSize(file, loaded);
      chunks.push(chunk);
      onProgress(loaded, Math.max(total, loaded));
    });
    return new Uint8Array(await new Blob(chunks).arrayBuffer());
  } catch (cause) {
    response.body?.cancel().catch(() => {});
    signal?.throwIfAborted();
    throw cause instanceof CodedError ? cause : failure(url, { kind: "broken" }, cause);
  }
}

/**
 * @param {URL} url
 * @param {RequestInit} options
 */
async function request(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw failure(url, { kind: "unanswered" }, cause);
  }
  if (!response.ok) throw failure(url, { kind: "refused", status: String(response.status) });
  return response;
}

/**
 * The length of what a stream will deliver: Content-Length counts compressed bytes, so it says
 * nothing once a Content-Encoding is in play.
 * @param {Response} response
 */
function decodedLength({ headers }) {
  if (headers.has("Content-Encoding")) return undefined;
  return Number(headers.get("Content-Length")) || undefined;
}

/**
 * @param {Response} response
 * @param {(loaded: number, chunk: Uint8Array<ArrayBuffer>) => void} onCount
 */
async function countBytes({ body }, onCount) {
  if (!body) return;
  let loaded = 0;
  for await (const chunk of readChunks(body)) {
    loaded += chunk.byteLength;
    onCount(loaded, chunk);
  }
}

/**
 * Not every browser can iterate over a stream itself.
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream
 */
async function* readChunks(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/**
 * @param {URL} url
 * @param {{ kind: string, status?: string }} values
 * @param {unknown} [cause]
 */
function failure(url, values, cause) {
  return new CodedError("download-failed", { file: nameOf(url), ...values }, { cause });
}

/** @param {URL} url */
function nameOf({ pathname }) {
  return pathname.split("/").pop() ?? "";
}
