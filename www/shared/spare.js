/**
 * How files stay whole where the browser can't replace one at a stroke, as Safari could not before
 * version 26: it writes in place, and in workers alone. So all is written twice: first to a spare file
 * beside it, whose header says that it is complete, and then to the file itself. As long as there is a
 * complete spare, it is what counts.
 *
 * @typedef {object} Access to a file that no other has access to meanwhile; promises in early versions
 * @property {(bytes: Uint8Array, options: { at: number }) => number} write
 * @property {(size: number) => void} truncate
 * @property {() => void} flush
 * @property {() => void} close
 * @typedef {{ createSyncAccessHandle(): Promise<Access> }} Handle
 */
import { CodedError } from "./protocol.js";

/** The length of what follows, once that is there. */
const HEADER_BYTES = 8;

/** Whether the browser can't replace files. */
export function needsSpares() {
  return !("createWritable" in FileSystemFileHandle.prototype);
}

/** Before anything is made, which would stay empty. */
export function checkAccess() {
  if (!("createSyncAccessHandle" in FileSystemFileHandle.prototype)) throw new CodedError("storage-unavailable", { kind: "old" });
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export async function writeTwice(folder, name, bytes) {
  await alone("exclusive", async () => {
    // A spare that was left holds what was last written whole, and so stands in for the file meanwhile.
    if (await readSpare(folder, name)) return writeAndTidy(folder, name, bytes);
    await writeSpare(folder, name, bytes);
    // Where this fails, the spare goes on to count.
    await writeAndTidy(folder, name, bytes).catch(() => {});
  });
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export function readEither(folder, name) {
  return alone("shared", async () => (await readSpare(folder, name)) ?? readBytes(folder, name));
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 */
export function removeSpare(folder, name) {
  return orMissing(folder.removeEntry(spareOf(name)));
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array} bytes
 */
async function writeSpare(folder, name, bytes) {
  try {
    await overwrite(folder, spareOf(name), async (access) => {
      await put(access, bytes, HEADER_BYTES);
      await put(access, headerOf(bytes.length), 0);
    });
  } catch (error) {
    await removeSpare(folder, name).catch(() => {});
    throw error;
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {Uint8Array} bytes
 */
async function writeAndTidy(folder, name, bytes) {
  await overwrite(folder, name, (access) => put(access, bytes, 0));
  await removeSpare(folder, name);
}

/** @param {string} name */
function spareOf(name) {
  return `${name}.new`;
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 */
async function readSpare(folder, name) {
  const bytes = await orMissing(readBytes(folder, spareOf(name)));
  if (!bytes || bytes.length <= HEADER_BYTES) return null;
  const length = new DataView(bytes.buffer).getFloat64(0);
  return length === bytes.length - HEADER_BYTES ? bytes.subarray(HEADER_BYTES) : null;
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 */
export async function readBytes(folder, name) {
  return new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @param {(access: Access) => Promise<void>} write
 */
async function overwrite(folder, name, write) {
  const handle = /** @type {unknown} */ (await folder.getFileHandle(name, { create: true }));
  const access = await /** @type {Handle} */ (handle).createSyncAccessHandle();
  try {
    await access.truncate(0);
    await write(access);
  } finally {
    await access.close();
  }
}

/**
 * @param {Access} access
 * @param {Uint8Array} bytes
 * @param {number} at
 */
async function put(access, bytes, at) {
  const written = await access.write(bytes, { at });
  if (written < bytes.length) throw new DOMException("the file could not be written to its end", "QuotaExceededError");
  // It is on the disk before what is written next.
  await access.flush();
}

/** @param {number} length */
function headerOf(length) {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setFloat64(0, length);
  return new Uint8Array(header.buffer);
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T | null>} null where there is no such file
 */
export async function orMissing(work) {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return null;
    throw error;
  }
}

/**
 * Nobody reads a file of this site while one is written.
 *
 * @template T
 * @param {LockMode} mode
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(mode, work) {
  return navigator.locks ? navigator.locks.request("vitpad-files", { mode }, work) : work();
}
