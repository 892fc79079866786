/**
 * Sets of IDX files: where the bytes of one come from, and which are kept in the browser as
 * `data/SET/FILE`.
 *
 * @typedef {import("../../cpu.js").IdxFiles} IdxFiles
 * @typedef {import("../../cpu.js").IdxInfo} IdxInfo
 * @typedef {import("../../shared/train/protocol.js").KeptSet} KeptSet
 * @typedef {"images" | "labels" | "testImages" | "testLabels"} Part
 * @typedef {Partial<Record<Part, Uint8Array<ArrayBuffer>>>
 *   & Record<"images" | "labels", Uint8Array<ArrayBuffer>>} SetFiles
 * @typedef {(file: string, loaded: number, total: number) => void} OnProgress loaded is total once a
 *   download is over
 * @typedef {{ signal: AbortSignal, onProgress: OnProgress }} FetchOptions `signal` ends the download
 * @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer>, info: IdxInfo }} Picked a file of the user's
 */
import { downloadBytes } from "../download.js";
import { digestOf } from "../../shared/digest.js";
import { checkSize } from "../../shared/limits.js";
import { CodedError, codeOf, wordsOf } from "../../shared/protocol.js";
import { list, readFile, remove, writeFiles } from "../../shared/storage.js";

const DATA = "data";

/** @type {Record<Part, string>} */
const NAMES = {
  images: "train-images-idx3-ubyte",
  labels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
};
/** The sizes of MNIST's files, unpacked, for servers that do not say. */
const EXPECTED_BYTES = { images: 47_040_016, labels: 60_008, testImages: 7_840_016, testLabels: 10_008 };
const PARTS = /** @type {Part[]} */ (Object.keys(NAMES));

const TEST_NAME = /t10k|test/i;

/**
 * @param {string} set
 * @returns {Promise<SetFiles | null>} null where it is not kept, or not whole
 */
export async function readSet(set) {
  const parts = await Promise.all(PARTS.map((part) => readFile(`${DATA}/${set}/${NAMES[part]}`)));
  const [images, labels, testImages, testLabels] = parts.map((bytes) => bytes ?? undefined);
  if (!images || !labels || Boolean(testImages) !== Boolean(testLabels)) return null;
  return { images, labels, testImages, testLabels };
}

/**
 * @param {string} set
 * @param {SetFiles} files
 * @param {string} title what `listSets` calls it
 */
export function keepSet(set, files, title) {
  const info = { title, bytes: sizeOf(files) };
  const contents = { [infoPath(set)]: new TextEncoder().encode(JSON.stringify(info)) };
  for (const part of PARTS) {
    const bytes = files[part];
    if (bytes) contents[`${DATA}/${set}/${NAMES[part]}`] = bytes;
  }
  return writeFiles(contents);
}

/** @param {SetFiles} files */
export function sizeOf(files) {
  return Object.values(files).reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}

/** @param {string} set */
export function removeSet(set) {
  return remove(`${DATA}/${set}`);
}

/** @returns {Promise<KeptSet[]>} */
export async function listSets() {
  return Promise.all((await list(DATA)).map(describe));
}

/** @param {string} set */
async function describe(set) {
  try {
    const { title, bytes } = JSON.parse(new TextDecoder().decode((await readFile(infoPath(set))) ?? undefined));
    return { set, title: String(title), bytes: Number(bytes) };
  } catch {
    // What can't be read, a stray file say, hides no other, and can be deleted.
    return { set, title: set, bytes: 0 };
  }
}

/** @param {string} set */
function infoPath(set) {
  return `${DATA}/${set}/set.json`;
}

/**
 * The four unpacked files in a folder of this site.
 *
 * @param {URL} folder
 * @param {FetchOptions} options
 * @returns {Promise<SetFiles>}
 */
export function fetchSet(folder, options) {
  return fetchParts(options, (part, signal) => fetchFile(new URL(NAMES[part], folder), part, { ...options, signal }));
}

/**
 * The four files in a folder elsewhere, packed or not.
 *
 * @param {URL} folder
 * @param {FetchOptions} options
 * @returns {Promise<SetFiles>}
 */
export function fetchForeignSet(folder, options) {
  return fetchParts(options, async (part, signal) => {
    const url = new URL(NAMES[part], folder);
    try {
      return await fetchFile(new URL(`${url}.gz`), part, { ...options, signal });
    } catch (error) {
      if (codeOf(error) !== "download-failed") throw error;
      return fetchFile(url, part, { ...options, signal }).catch((again) => explain(again, url));
    }
  });
}

/**
 * @param {FetchOptions} options
 * @param {(part: Part, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>} fetchPart
 * @returns {Promise<SetFiles>}
 */
async function fetchParts({ signal, onProgress }, fetchPart) {
  const all = new AbortController();
  const end = () => all.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", end);
  try {
    const [images, labels, testImages, testLabels] = await Promise.all(PARTS.map((part) => fetchPart(part, all.signal)));
    return { images, labels, testImages, testLabels };
  } catch (error) {
    // Without one of them the others are of no use.
    all.abort(error);
    onProgress("", 0, 0);
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/**
 * @param {URL} url
 * @param {Part} part
 * @param {FetchOptions} options
 */
function fetchFile(url, part, { signal, onProgress }) {
  const file = url.pathname.split("/").pop() ?? "";
  const report = (/** @type {number} */ loaded, /** @type {number} */ total) => onProgress(file, loaded, total);
  return downloadBytes({ url, expectedBytes: EXPECTED_BYTES[part], onProgress: report, signal });
}

/**
 * @param {Error} error
 * @param {URL} url
 * @returns {never}
 */
function explain(error, url) {
  if (codeOf(error) !== "download-failed") throw error;
  const kind = error.cause ? "unreachable" : "incomplete";
  const values = { kind, why: wordsOf(error), host: url.host, names: Object.values(NAMES) };
  throw new CodedError("download-failed", values, { cause: error });
}

/**
 * Reads what the user picked or dropped.
 *
 * @param {File[]} files
 * @param {(bytes: Uint8Array) => IdxInfo} idxInfo
 * @returns {Promise<Picked[]>}
 */
export async function readPicked(files, idxInfo) {
  /** @type {Picked[]} */
  const picked = [];
  for (const file of files) {
    checkSize(file.name, file.size);
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      picked.push({ name: file.name, bytes, info: idxInfo(bytes) });
    } catch (cause) {
      throw new CodedError("invalid-idx", { kind: "file", file: file.name, why: wordsOf(cause) }, { cause });
    }
  }
  return picked;
}

/**
 * Tells which file is which: images from labels by their headers, training from test by their
 * names, or else by their numbers.
 *
 * @param {Picked[]} picked
 * @returns {SetFiles}
 */
export function sortPicked(picked) {
  const images = picked.filter(({ info }) => info.kind === "images");
  const labels = picked.filter(({ info }) => info.kind === "labels");
  if (images.length !== labels.length || images.length < 1 || images.length > 2) {
    if (picked.length === 0) throw invalid({ kind: "none" });
    const found = picked.map(({ name, info }) => ({ key: `data.${info.kind}-file`, values: { name } }));
    throw invalid({ kind: "no-set", found });
  }
  if (images.length === 1) return { images: images[0].bytes, labels: labels[0].bytes };
  const [train, test] = trainFirst(images);
  const [trainLabels, testLabels] = trainFirst(labels);
  return { images: train.bytes, labels: trainLabels.bytes, testImages: test.bytes, testLabels: testLabels.bytes };
}

/** @param {Picked[]} pair */
function trainFirst([a, b]) {
  const named = Number(TEST_NAME.test(a.name)) - Number(TEST_NAME.test(b.name));
  const order = named || b.info.count - a.info.count;
  if (order === 0) throw invalid({ kind: "no-test", first: a.name, second: b.name });
  return order < 0 ? [a, b] : [b, a];
}

/**
 * The same files always get the same name, other files another.
 *
 * @param {Picked[]} picked
 * @param {SetFiles} files
 */
export function nameOf(picked, files) {
  const { name } = picked.find(({ bytes }) => bytes === files.images) ?? picked[0];
  const words = name.replace(/\.gz$/i, "").replace(/[._-]?(idx[13][._-]ubyte|ubyte|idx)$/i, "").replace(/[._-]?images?$/i, "");
  const safe = words.replace(/[^\w.-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "").slice(0, 40) || "images";
  return `${safe}-${digestOf(files.images, files.labels)}`;
}

/** @param {Record<string, import("../../shared/protocol.js").Value>} values */
function invalid(values) {
  return new CodedError("invalid-files", values);
}
