/**
 * Files that this site keeps in the browser (the origin private file system), by paths such as
 * `runs/ID/run.json`. For pages and workers.
 *
 * Every function rejects with the code `storage-full`, `storage-unavailable` or `storage-failed`.
 */
import { INSECURE, isInsecure } from "./insecure.js";
import { CodedError, wordsOf } from "./protocol.js";
import { checkAccess, needsSpares, orMissing, readBytes, readEither, removeSpare, writeTwice } from "./spare.js";

/**
 * @param {string} path
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null where there is no such file
 */
export function readFile(path) {
  return orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    const bytes = await (needsSpares() ? readEither(folder, name) : readBytes(folder, name));
    // It is empty until the first write is complete.
    return bytes.length === 0 ? null : bytes;
  });
}

/**
 * All or nothing: the old file stays until the new one is complete.
 *
 * @param {string} path its folders are made
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function writeFile(path, bytes) {
  return guarded(async () => {
    // Before anything is made, which would stay empty.
    if (needsSpares()) checkAccess();
    const { folder, name } = await locate(path, { create: true });
    await (needsSpares() ? writeTwice(folder, name, bytes) : replace(folder, name, bytes));
  });
}

/**
 * @param {string} path a file, or a folder with all that is in it; may be absent
 */
export async function remove(path) {
  await orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    if (needsSpares()) await removeSpare(folder, name);
    await folder.removeEntry(name, { recursive: true });
  });
}

/** All that is kept. */
export async function removeAll() {
  await orNull(async () => {
    const folder = await root();
    const names = [];
    for await (const name of folder.keys()) names.push(name);
    for (const name of names) await folder.removeEntry(name, { recursive: true });
  });
}

/**
 * @param {string} path of a folder
 * @returns {Promise<string[]>} the names in it, none where there is no such folder
 */
export async function list(path) {
  const names = await orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    const found = [];
    for await (const key of (await folder.getDirectoryHandle(name)).keys()) found.push(key);
    return found;
  });
  return names ?? [];
}

/**
 * @param {string} path of a folder
 * @returns {Promise<number>} bytes in its files and folders, 0 where there is no such folder
 */
export async function sizeOf(path) {
  const size = await orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    return sizeIn(await folder.getDirectoryHandle(name));
  });
  return size ?? 0;
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {Promise<number>}
 */
async function sizeIn(folder) {
  let size = 0;
  for await (const handle of folder.values()) {
    size += handle instanceof FileSystemFileHandle ? (await handle.getFile()).size : await sizeIn(handle);
  }
  return size;
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
async function replace(folder, name, bytes) {
  const handle = await folder.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  try {
    await writable.write(bytes);
    // Only now does it take the place of the old file.
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => {});
    throw error;
  }
}

/**
 * @param {string} path
 * @param {{ create: boolean }} options
 */
async function locate(path, options) {
  const folders = path.split("/");
  const name = folders.pop() ?? "";
  let folder = await root();
  for (const each of folders) folder = await folder.getDirectoryHandle(each, options);
  return { folder, name };
}

async function root() {
  try {
    return await navigator.storage.getDirectory();
  } catch (cause) {
    // Safari's private windows give no better reason.
    if (/** @type {Error} */ (cause).name !== "UnknownError") throw cause;
    throw new CodedError("storage-unavailable", {}, { cause });
  }
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T | null>} null where a file or a folder is missing
 */
async function orNull(work) {
  return guarded(() => orMissing(work()));
}

/**
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function guarded(work) {
  if (!navigator.storage?.getDirectory) {
    throw new CodedError("storage-unavailable", isInsecure() ? { kind: "insecure", why: INSECURE } : { kind: "old" });
  }
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    const { name } = /** @type {Error} */ (cause);
    if (name === "QuotaExceededError") throw new CodedError("storage-full", {}, { cause });
    // Private windows, and sites that may keep nothing.
    if (name === "SecurityError") throw new CodedError("storage-unavailable", {}, { cause });
    throw new CodedError("storage-failed", { why: wordsOf(cause) }, { cause });
  }
}
