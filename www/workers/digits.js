/**
 * Digits that the user drew and labelled, kept in the browser as a pair of IDX files, which Rust reads and
 * writes. The workers of several pages and tabs may use them at once.
 *
 * @typedef {import("../cpu.js").IdxPair} IdxPair
 * @typedef {import("../cpu.js").Samples} Samples
 * @typedef {Pick<import("./wasm.js").WasmModule, "idxInfo" | "readIdx" | "writeIdx">} Idx
 */
import { digestOf } from "../shared/digest.js";
import { DIGITS_CHANNEL } from "../shared/digits.js";
import { alone } from "../shared/locks.js";
import { CodedError } from "../shared/protocol.js";
import { readFile, remove, writeFile } from "../shared/storage.js";

/** Both files behind each other, so that they are replaced at the same moment. */
const FILE = "digits/pair.idx";
/** Of those who change them. */
const LOCK = "vitpad-digits";
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const MOST_DIGITS = 10_000;

export class Digits {
  #loadIdx;
  #channel = new BroadcastChannel(DIGITS_CHANNEL);

  /** @param {() => Promise<Idx>} loadIdx */
  constructor(loadIdx) {
    this.#loadIdx = loadIdx;
  }

  /** @returns {Promise<number>} */
  async count() {
    return (await this.all()).labels.length;
  }

  /** @returns {Promise<Samples>} in the order in which they were added */
  async all() {
    return this.#read(await this.#loadIdx());
  }

  /** @returns {Promise<string>} differs where the digits do */
  async version() {
    return digestOf((await readFile(FILE)) ?? new Uint8Array(0));
  }

  /** @returns {Promise<IdxPair | null>} null where there are none */
  async export() {
    const both = await readFile(FILE);
    return both && split(both, await this.#loadIdx());
  }

  /**
   * @param {Uint8Array} pixels of one digit; 0 is paper and 255 is ink
   * @param {number} label
   * @returns {Promise<number>} how many there are now
   */
  async add(pixels, label) {
    if (pixels.length !== PIXELS) throw invalid({ kind: "pixels", expected: PIXELS, found: pixels.length });
    if (!Number.isInteger(label) || label < 0 || label > 9) throw invalid({ kind: "no-label", found: label });
    return this.#append({ pixels, labels: Uint8Array.of(label) }, await this.#loadIdx());
  }

  /**
   * Adds the digits of a pair of IDX files, in either order.
   *
   * @param {Uint8Array} first
   * @param {Uint8Array} second
   * @returns {Promise<number>} how many there are now; rejects with the code `invalid-idx`
   */
  async import(first, second) {
    const idx = await this.#loadIdx();
    const isSwapped = idx.idxInfo(first).kind === "labels";
    return this.#append(isSwapped ? unpack(second, first, idx) : unpack(first, second, idx), idx);
  }

  /** @param {number} index */
  async remove(index) {
    await this.#change(await this.#loadIdx(), ({ pixels, labels }) => {
      if (!(index in labels)) throw invalid({ kind: "no-digit", index, digits: labels.length });
      const others = (/** @type {unknown} */ _, /** @type {number} */ at) => at !== index;
      const otherPixels = (/** @type {unknown} */ _, /** @type {number} */ at) => Math.floor(at / PIXELS) !== index;
      return { pixels: pixels.filter(otherPixels), labels: labels.filter(others) };
    });
  }

  async clear() {
    // Without reading them: what can't be read can be deleted.
    await alone(LOCK, () => remove(FILE));
    this.#channel.postMessage("change");
  }

  /**
   * @param {Idx} idx
   * @returns {Promise<Samples>}
   */
  async #read(idx) {
    const both = await readFile(FILE);
    if (!both) return { pixels: new Uint8Array(0), labels: new Uint8Array(0) };
    const { images, labels } = split(both, idx);
    return unpack(images, labels, idx);
  }

  /**
   * @param {Samples} added
   * @param {Idx} idx
   */
  #append(added, idx) {
    return this.#change(idx, ({ pixels, labels }) => {
      const count = labels.length + added.labels.length;
      if (count > MOST_DIGITS) {
        throw new CodedError("too-many-digits", { found: count, most: MOST_DIGITS });
      }
      return { pixels: join(pixels, added.pixels), labels: join(labels, added.labels) };
    });
  }

  /**
   * @param {Idx} idx
   * @param {(digits: Samples) => Samples} change
   * @returns {Promise<number>} how many there are now
   */
  async #change(idx, change) {
    const count = await alone(LOCK, async () => {
      const changed = change(await this.#read(idx));
      if (changed.labels.length === 0) await remove(FILE);
      else await writeFile(FILE, pack(changed, idx));
      return changed.labels.length;
    });
    this.#channel.postMessage("change");
    return count;
  }
}

/**
 * @param {Samples} digits
 * @param {Idx} idx
 */
function pack(digits, idx) {
  const { images, labels } = idx.writeIdx({ ...digits, rows: SIDE, columns: SIDE });
  return join(images, labels);
}

/**
 * @param {Uint8Array} both files, one behind the other
 * @param {Idx} idx
 * @returns {IdxPair}
 */
function split(both, idx) {
  const end = idx.idxInfo(both).bytes;
  return { images: both.subarray(0, end), labels: both.subarray(end) };
}

/**
 * @param {Uint8Array} images
 * @param {Uint8Array} labels
 * @param {Idx} idx
 * @returns {Samples}
 */
function unpack(images, labels, idx) {
  const { rows, columns, ...digits } = idx.readIdx(images, labels);
  if (rows !== SIDE || columns !== SIDE) throw invalid({ kind: "size", rows, columns, side: SIDE });
  return digits;
}

/** @param {Record<string, string | number>} values */
function invalid(values) {
  return new CodedError("invalid-idx", values);
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
