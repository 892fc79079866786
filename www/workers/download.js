import { CodedError } from "../shared/protocol.js";

/**
 * @typedef {(loaded: number, total: number) => void} OnProgress
 * @typedef {{ url: URL, expectedBytes: number, onProgress: OnProgress }} DownloadOptions
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
export async function download({ url, expectedBytes, onProgress }) {
  const response = await request(url);
  const total = decodedLength(response) ?? expectedBytes;
  // Whoever reads the response learns of a broken connection; the counter needs not.
  countBytes(response.clone(), (loaded) => onProgress(loaded, Math.max(total, loaded))).catch(() => {});
  return response;
}

/**
 * @param {DownloadOptions} options
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function downloadBytes(options) {
  const response = await download(options);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw failure(options.url, { kind: "broken" }, cause);
  }
}

/** @param {URL} url */
async function request(url) {
  let response;
  try {
    response = await fetch(url);
  } catch (cause) {
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
 * @param {(loaded: number) => void} onCount
 */
async function countBytes({ body }, onCount) {
  if (!body) return;
  let loaded = 0;
  for await (const chunk of readChunks(body)) {
    loaded += chunk.byteLength;
    onCount(loaded);
  }
}

/**
 * Not every browser can iterate over a stream itself.
 * @param {ReadableStream<Uint8Array>} stream
 */
async function* readChunks(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/**
 * @param {URL} url
 * @param {{ kind: string, status?: string }} values
 * @param {unknown} [cause]
 */
function failure(url, values, cause) {
  const file = url.pathname.split("/").pop() ?? "";
  return new CodedError("download-failed", { file, ...values }, { cause });
}
