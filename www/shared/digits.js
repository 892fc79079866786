/**
 * Digits that the user drew and labelled, kept in the browser as a pair of IDX files. For pages
 * and workers; several tabs may use them at once.
 *
 * @typedef {{ pixels: Uint8Array, labels: Uint8Array }} Labelled
 *   28 x 28 bytes for each digit, row by row, 0 is paper and 255 is ink; and what each one is
 * @typedef {{ images: Uint8Array<ArrayBuffer>, labels: Uint8Array<ArrayBuffer> }} IdxPair
 */
import { CodedError } from "./protocol.js";
import { readFile, remove, writeFile } from "./storage.js";

/** Both files behind each other, so that they are replaced at the same moment. */
const FILE = "digits/pair.idx";
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const MOST_DIGITS = 10_000;
const IMAGES = { magic: 0x803, header: 16 };
const LABELS = { magic: 0x801, header: 8 };

/** Fires `change` when the digits have changed, in this tab or another. */
export class Digits extends EventTarget {
  #channel = new BroadcastChannel("vitpad-digits");

  constructor() {
    super();
    this.#channel.addEventListener("message", () => this.dispatchEvent(new Event("change")));
  }

  /** @returns {Promise<number>} */
  async count() {
    return (await this.all()).labels.length;
  }

  /** @returns {Promise<Labelled>} in the order in which they were added */
  async all() {
    const bytes = await readFile(FILE);
    return bytes ? split(bytes) : { pixels: new Uint8Array(0), labels: new Uint8Array(0) };
  }

  /**
   * @param {Uint8Array} pixels of one digit
   * @param {number} label
   */
  async add(pixels, label) {
    if (pixels.length !== PIXELS) throw invalid(`a digit has ${PIXELS} pixels, not ${pixels.length}`);
    await this.#append({ pixels, labels: Uint8Array.of(checkLabel(label, 0)) });
  }

  /** @param {number} index */
  async remove(index) {
    await this.#change(({ pixels, labels }) => {
      if (!(index in labels)) throw invalid(`there is no digit ${index}, only ${labels.length}`);
      const others = (/** @type {unknown} */ _, /** @type {number} */ at) => at !== index;
      const otherPixels = (/** @type {unknown} */ _, /** @type {number} */ at) => Math.floor(at / PIXELS) !== index;
      return { pixels: pixels.filter(otherPixels), labels: labels.filter(others) };
    });
  }

  async clear() {
    // Without reading them: what can't be read can be deleted.
    await alone(() => remove(FILE));
    this.#announce();
  }

  /** @returns {Promise<IdxPair>} the contents of two IDX files */
  async export() {
    return toIdx(await this.all());
  }

  /**
   * Adds the digits of a pair of IDX files, in either order.
   *
   * @param {Uint8Array} first
   * @param {Uint8Array} second
   * @returns {Promise<number>} how many they were; rejects with the code `invalid-idx`
   */
  async import(first, second) {
    const added = fromIdx(first, second);
    await this.#append(added);
    return added.labels.length;
  }

  /** @param {Labelled} added */
  #append(added) {
    return this.#change(({ pixels, labels }) => {
      const count = labels.length + added.labels.length;
      if (count > MOST_DIGITS) {
        const advice = "choose the files as data of their own instead";
        throw new CodedError("too-many-digits", `${count} digits are more than the ${MOST_DIGITS} kept here: ${advice}`);
      }
      return { pixels: join(pixels, added.pixels), labels: join(labels, added.labels) };
    });
  }

  /** @param {(digits: Labelled) => Labelled | null} change null leaves none */
  async #change(change) {
    await alone(async () => {
      const changed = change(await this.all());
      if (!changed?.labels.length) return remove(FILE);
      const { images, labels } = toIdx(changed);
      return writeFile(FILE, join(images, labels));
    });
    this.#announce();
  }

  #announce() {
    this.dispatchEvent(new Event("change"));
    this.#channel.postMessage("change");
  }
}

/**
 * Does `work` while no other tab changes the digits. Pages without a secure origin have no locks.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(work) {
  return navigator.locks ? navigator.locks.request("vitpad-digits", work) : work();
}

/**
 * @param {Labelled} digits
 * @returns {IdxPair}
 */
export function toIdx({ pixels, labels }) {
  const count = labels.length;
  return {
    images: join(bigEndian(IMAGES.magic, count, SIDE, SIDE), pixels),
    labels: join(bigEndian(LABELS.magic, count), labels),
  };
}

/**
 * @param {Uint8Array} first
 * @param {Uint8Array} second
 * @returns {Labelled}
 */
export function fromIdx(first, second) {
  const swapped = magicOf(first) === LABELS.magic;
  const [images, labels] = swapped ? [second, first] : [first, second];
  const [, imageCount, rows, columns] = header(images, IMAGES, "images");
  const [, labelCount] = header(labels, LABELS, "labels");
  if (rows !== SIDE || columns !== SIDE) throw invalid(`the images are ${rows} x ${columns}, not ${SIDE} x ${SIDE}`);
  if (imageCount !== labelCount) throw invalid(`there are ${imageCount} images, but ${labelCount} labels`);
  checkLength(images, IMAGES.header + imageCount * PIXELS, "images");
  checkLength(labels, LABELS.header + labelCount, "labels");
  const values = labels.slice(LABELS.header);
  values.forEach(checkLabel);
  return { pixels: images.slice(IMAGES.header), labels: values };
}

/**
 * @param {Uint8Array} bytes images and labels, one behind the other
 * @returns {Labelled}
 */
function split(bytes) {
  const [, count] = header(bytes, IMAGES, "images");
  const end = IMAGES.header + count * PIXELS;
  return fromIdx(bytes.subarray(0, end), bytes.subarray(end));
}

/**
 * @param {Uint8Array} bytes
 * @param {{ magic: number, header: number }} kind
 * @param {string} what
 * @returns {number[]} the numbers of its header
 */
function header(bytes, kind, what) {
  const magic = magicOf(bytes);
  if (magic !== kind.magic) throw invalid(`no IDX file of ${what}: it starts with ${magic}, not ${kind.magic}`);
  if (bytes.length < kind.header) throw invalid(`the IDX file of ${what} ends within its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: kind.header / 4 }, (_, at) => view.getUint32(4 * at));
}

/** @param {Uint8Array} bytes */
function magicOf(bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw invalid("the file is packed with gzip: unpack it first");
  if (bytes.length < 4) throw invalid(`no IDX file: it has ${bytes.length} bytes`);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} expected
 * @param {string} what
 */
function checkLength({ length }, expected, what) {
  if (length !== expected) throw invalid(`the IDX file of ${what} has ${length} bytes, its header says ${expected}`);
}

/**
 * @param {number} label
 * @param {number} at
 */
function checkLabel(label, at) {
  if (!Number.isInteger(label) || label < 0 || label > 9) throw invalid(`label ${at} is ${label}, not 0 to 9`);
  return label;
}

/** @param {string} message */
function invalid(message) {
  return new CodedError("invalid-idx", message);
}

/** @param {number[]} numbers */
function bigEndian(...numbers) {
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((number, at) => view.setUint32(4 * at, number));
  return new Uint8Array(view.buffer);
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function join(a, b) {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
