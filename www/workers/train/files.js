/**
 * Sets of IDX files: where the bytes of one come from, and which are kept in the browser as
 * `data/SET/FILE`.
 *
 * @typedef {import("../../cpu.js").IdxFiles} IdxFiles
 * @typedef {import("../../cpu.js").IdxInfo} IdxInfo
 * @typedef {"images" | "labels" | "testImages" | "testLabels"} Part
 * @typedef {Partial<Record<Part, Uint8Array<ArrayBuffer>>>
 *   & Record<"images" | "labels", Uint8Array<ArrayBuffer>>} SetFiles
 * @typedef {(file: string, loaded: number, total: number) => void} OnProgress
 * @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer>, info: IdxInfo }} Picked a file of the user's
 */
import { downloadBytes } from "../download.js";
import { digestOf } from "../../shared/digest.js";
import { CodedError, wordsOf } from "../../shared/protocol.js";
import { list, readFile, remove, writeFile } from "../../shared/storage.js";

const DATA = "data";

/** @type {Record<Part, string>} */
const NAMES = {
  images: "train-images-idx3-ubyte",
  labels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
};
/** What MNIST's measure unpacked, for servers that do not say. */
const EXPECTED_BYTES = { images: 47_040_016, labels: 60_008, testImages: 7_840_016, testLabels: 10_008 };
const PARTS = /** @type {Part[]} */ (Object.keys(NAMES));

/** All of a set is in memory at once. */
const LARGEST_FILE = 512 * 1024 * 1024;
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
 */
export async function keepSet(set, files) {
  try {
    for (const part of PARTS) {
      const bytes = files[part];
      if (bytes) await writeFile(`${DATA}/${set}/${NAMES[part]}`, bytes);
    }
  } catch (error) {
    // Half a set is of no use, and takes up space.
    await removeSet(set);
    throw error;
  }
}

/** @param {string} set */
export function removeSet(set) {
  return remove(`${DATA}/${set}`);
}

/** @returns {Promise<string[]>} */
export function listSets() {
  return list(DATA);
}

/**
 * The four unpacked files in a folder of this site.
 *
 * @param {URL} folder
 * @param {OnProgress} onProgress
 * @returns {Promise<SetFiles>}
 */
export function fetchSet(folder, onProgress) {
  return fetchParts((part) => fetchFile(new URL(NAMES[part], folder), part, onProgress));
}

/**
 * The four files in a folder elsewhere, packed or not.
 *
 * @param {URL} folder
 * @param {OnProgress} onProgress
 * @returns {Promise<SetFiles>}
 */
export function fetchForeignSet(folder, onProgress) {
  return fetchParts(async (part) => {
    const url = new URL(NAMES[part], folder);
    try {
      return await fetchFile(new URL(`${url}.gz`), part, onProgress);
    } catch {
      return fetchFile(url, part, onProgress).catch((error) => explain(error, url));
    }
  });
}

/**
 * @param {(part: Part) => Promise<Uint8Array<ArrayBuffer>>} fetchPart
 * @returns {Promise<SetFiles>}
 */
async function fetchParts(fetchPart) {
  const [images, labels, testImages, testLabels] = await Promise.all(PARTS.map(fetchPart));
  return { images, labels, testImages, testLabels };
}

/**
 * @param {URL} url
 * @param {Part} part
 * @param {OnProgress} onProgress
 */
function fetchFile(url, part, onProgress) {
  const file = url.pathname.split("/").pop() ?? "";
  const report = (/** @type {number} */ loaded, /** @type {number} */ total) => onProgress(file, loaded, total);
  return downloadBytes({ url, expectedBytes: EXPECTED_BYTES[part], onProgress: report });
}

/**
 * @param {Error} error
 * @param {URL} url
 * @returns {never}
 */
function explain(error, url) {
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
    if (file.size > LARGEST_FILE) {
      throw invalid({ kind: "too-large", file: file.name, found: Math.round(file.size / 2 ** 20), most: LARGEST_FILE / 2 ** 20 });
    }
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
