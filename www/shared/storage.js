/**
 * Files that this site keeps in the browser (the origin private file system), by paths such as
 * `runs/ID/run.json`. For pages and workers.
 *
 * Every function rejects with the code `storage-full`, `storage-unavailable` or `storage-failed`.
 */
import { INSECURE, isInsecure } from "./insecure.js";
import { CodedError, wordsOf } from "./protocol.js";

/**
 * @param {string} path
 * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null where there is no such file
 */
export function readFile(path) {
  return orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    const file = await (await folder.getFileHandle(name)).getFile();
    // It is empty until the first write is complete.
    return file.size === 0 ? null : new Uint8Array(await file.arrayBuffer());
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
    if (!("createWritable" in FileSystemFileHandle.prototype)) throw new CodedError("storage-unavailable", { kind: "old" });
    const { folder, name } = await locate(path, { create: true });
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
  });
}

/**
 * @param {string} path a file, or a folder with all that is in it; may be absent
 */
export async function remove(path) {
  await orNull(async () => {
    const { folder, name } = await locate(path, { create: false });
    await folder.removeEntry(name, { recursive: true });
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
  return guarded(async () => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotFoundError") return null;
      throw error;
    }
  });
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
