/**
 * Files that this site keeps in the browser, by paths such as `runs/ID/run.json`. For pages and workers.
 *
 * They lie in IndexedDB, which writes several at a stroke, and which browsers have in private windows and on
 * http addresses too, unlike the origin private file system.
 *
 * Every function rejects with the code `storage-full`, `storage-unavailable` or `storage-failed`.
 *
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 */
import { CodedError, wordsOf } from "./protocol.js";

const DATABASE = "vitpad";
const FILES = "files";
/** A file is kept in pieces, under `[path, 0]` and so on: Chromium takes none of more than 127 MiB. */
const PIECE_BYTES = 64 * 2 ** 20;

/** Errors of the first use where the browser keeps nothing; Safari and Firefox give no better reasons. */
const REFUSALS = new Set(["SecurityError", "InvalidStateError", "UnknownError"]);

/**
 * @param {string} path
 * @returns {Promise<Bytes | null>} null where there is no such file
 */
export function readFile(path) {
  return inTransaction("readonly", async (files) => {
    /** @type {Bytes[]} */
    const pieces = [];
    for (let piece; (piece = await resultOf(files.get([path, pieces.length]))); ) pieces.push(piece);
    return pieces.length > 1 ? join(pieces) : (pieces[0] ?? null);
  });
}

/**
 * @param {string} path
 * @param {Bytes} bytes
 */
export function writeFile(path, bytes) {
  return writeFiles({ [path]: bytes });
}

/**
 * All or nothing: the old files stay until all of the new ones are complete.
 *
 * @param {Record<string, Bytes>} contents by path
 * @returns {Promise<void>}
 */
export function writeFiles(contents) {
  return inTransaction("readwrite", async (files) => {
    for (const [path, bytes] of Object.entries(contents)) {
      files.delete(piecesOf(path));
      // One at least: a file may be empty.
      for (let start = 0, piece = 0; piece === 0 || start < bytes.length; start += PIECE_BYTES, piece += 1) {
        // The database would keep the whole buffer that a view looks at.
        files.put(bytes.slice(start, start + PIECE_BYTES), [path, piece]);
      }
    }
  });
}

/**
 * @param {string} path a file, or a folder with all that is in it; may be absent
 * @returns {Promise<void>}
 */
export function remove(path) {
  return inTransaction("readwrite", async (files) => {
    files.delete(piecesOf(path));
    files.delete(within(path));
  });
}

/** Removes all that is kept. */
export function removeAll() {
  return inTransaction("readwrite", async (files) => {
    files.clear();
  });
}

/**
 * @param {string} path of a folder
 * @returns {Promise<string[]>} the names in it, none where there is no such folder
 */
export function list(path) {
  return inTransaction("readonly", async (files) => {
    const keys = /** @type {[path: string, piece: number][]} */ (await resultOf(files.getAllKeys(within(path))));
    return [...new Set(keys.map(([each]) => each.slice(path.length + 1).split("/")[0]))];
  });
}

/**
 * The keys of a file's pieces: arrays come after numbers.
 *
 * @param {string} path
 */
function piecesOf(path) {
  return IDBKeyRange.bound([path], [path, []]);
}

/**
 * The keys of what is in a folder: "0" comes after "/".
 *
 * @param {string} path
 */
function within(path) {
  return IDBKeyRange.bound([`${path}/`], [`${path}0`], false, true);
}

/** @param {Bytes[]} pieces */
function join(pieces) {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    joined.set(piece, end);
    end += piece.length;
  }
  return joined;
}

/**
 * Opens the database each time, which takes a millisecond: browsers close it under a page when site data is
 * deleted or the page sleeps, and one that is open would keep others from deleting it.
 *
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(files: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>} once what was written is kept
 */
async function inTransaction(mode, work) {
  try {
    const database = await open();
    try {
      return await complete(database.transaction(FILES, mode), work);
    } finally {
      database.close();
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const isFull = /** @type {Error} */ (cause).name === "QuotaExceededError";
    throw new CodedError(isFull ? "storage-full" : "storage-failed", isFull ? {} : { why: wordsOf(cause) }, { cause });
  }
}

/** @returns {Promise<IDBDatabase>} */
async function open() {
  try {
    // Some configurations have none.
    if (!globalThis.indexedDB) throw new DOMException("there is no IndexedDB", "SecurityError");
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(FILES);
    return await resultOf(request);
  } catch (cause) {
    if (REFUSALS.has(/** @type {Error} */ (cause).name)) throw new CodedError("storage-unavailable", {}, { cause });
    throw cause;
  }
}

/**
 * @template T
 * @param {IDBTransaction} transaction
 * @param {(files: IDBObjectStore) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function complete(transaction, work) {
  const ended = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new DOMException("the browser ended it", "AbortError"));
  });
  try {
    const result = await work(transaction.objectStore(FILES));
    await ended;
    return result;
  } catch (error) {
    await abort(transaction, ended);
    throw error;
  }
}

/**
 * Takes back what was written, unless the browser has done so.
 *
 * @param {IDBTransaction} transaction
 * @param {Promise<unknown>} ended
 */
async function abort(transaction, ended) {
  try {
    transaction.abort();
  } catch {
    // It has ended.
  }
  await ended.catch(() => {});
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
