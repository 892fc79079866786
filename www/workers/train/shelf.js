/**
 * The place that data sources load from, in the worker: sets of IDX files on this site, elsewhere and in the
 * browser, and the user's own digits.
 *
 * @typedef {import("../../cpu.js").DataSet} DataSet
 * @typedef {import("../../shared/train/sources.js").DataSpec} DataSpec
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../digits.js").Digits} Digits
 * @typedef {import("./files.js").SetFiles} SetFiles
 * @typedef {import("../../shared/train/protocol.js").KeptSet} KeptSet
 * @typedef {Pick<import("../wasm.js").WasmModule, "DataSet">} Module
 */
import { codeOf, wordsOf } from "../../shared/protocol.js";
import { fetchForeignSet, fetchSet, keepSet, listSets, readSet, removeSet, sizeOf } from "./files.js";
import { SITE } from "../../shared/site.js";

const SITE_DATA = new URL("data/", SITE);

export class Shelf {
  digits;
  /** @type {(event: TrainEvent) => void} */
  #post;
  /** @type {Map<string, { files: SetFiles, title: string }>} what could not be kept in the browser */
  #unkept = new Map();
  /** @type {Promise<string[]> | undefined} */
  #siteSets;

  /**
   * @param {Digits} digits
   * @param {(event: TrainEvent) => void} post
   */
  constructor(digits, post) {
    this.digits = digits;
    this.#post = post;
  }

  /** @returns {Promise<number>} those that can't be read are no reason not to train on others */
  countDigits() {
    return orElse(0, this.digits.count(), ["invalid-idx"]);
  }

  /** @param {string} set */
  async isOnSite(set) {
    // Without a network there may be copies from an earlier visit.
    this.#siteSets ??= listSite().catch(() => {
      this.#siteSets = undefined;
      return [];
    });
    return (await this.#siteSets).includes(set);
  }

  /**
   * @param {string} set
   * @param {AbortSignal} signal
   */
  fetchFromSite(set, signal) {
    return fetchSet(new URL(`${set}/`, SITE_DATA), { signal, onProgress: this.#progress });
  }

  /**
   * @param {URL} folder of another site
   * @param {AbortSignal} signal
   */
  fetchFrom(folder, signal) {
    return fetchForeignSet(folder, { signal, onProgress: this.#progress });
  }

  /** @returns {Promise<KeptSet[]>} the sets that the browser keeps, and those that it could not */
  async list() {
    const unkept = [...this.#unkept].map(([set, { files, title }]) => ({ set, title, bytes: sizeOf(files) }));
    const kept = await orElse([], listSets());
    return [...kept.filter(({ set }) => !this.#unkept.has(set)), ...unkept];
  }

  /** @param {string} set */
  async has(set) {
    return (await orElse(null, this.read(set))) !== null;
  }

  /** @param {string} set */
  async read(set) {
    return this.#unkept.get(set)?.files ?? readSet(set);
  }

  /** @param {string} set */
  async remove(set) {
    this.#unkept.delete(set);
    await removeSet(set);
  }

  /**
   * Data that is not kept works all the same; the user is told.
   *
   * @param {string} set
   * @param {SetFiles} files
   * @param {string} name for people
   * @param {string} [title] in the list of what is kept
   * @returns {Promise<boolean>} whether it is kept
   */
  async keep(set, files, name, title = name) {
    try {
      await keepSet(set, files, title);
      return true;
    } catch (error) {
      this.#post({ event: "notice", message: { key: "data.not-kept", values: { name, why: wordsOf(error) } } });
      return false;
    }
  }

  /**
   * Keeps files that can't be had again, as long as the worker lives if not longer.
   *
   * @param {string} set
   * @param {SetFiles} files
   * @param {string} name for people
   */
  async keepOrHold(set, files, name) {
    if (!(await this.keep(set, files, name))) this.#unkept.set(set, { files, title: name });
  }

  /** @param {string} file @param {number} loaded @param {number} total */
  #progress = (file, loaded, total) => this.#post({ event: "download", file, loaded, total });
}

/** The means of one load: the shelf, and the module that is to hold the data of a spec. */
export class Loader {
  shelf;
  module;
  signal;
  #spec;

  /**
   * @param {Shelf} shelf
   * @param {Module} module
   * @param {DataSpec} spec
   * @param {AbortSignal} signal when nobody wants the data any more
   */
  constructor(shelf, module, spec, signal) {
    this.shelf = shelf;
    this.module = module;
    this.signal = signal;
    this.#spec = spec;
  }

  /**
   * @param {import("../../cpu.js").IdxFiles} files
   * @param {string} name for people
   * @returns {DataSet}
   */
  parse(files, name) {
    const { source, images } = this.#spec;
    // Checkpoints keep the origin.
    return this.module.DataSet.fromIdx({ ...files, name, origin: source, limit: images || undefined });
  }

  /**
   * Parses a set from the shelf, which is fetched if it is not there.
   *
   * @param {string} set
   * @param {string} name for people
   * @param {() => Promise<SetFiles>} fetchFiles
   * @param {string} [title] in the list of what is kept
   * @returns {Promise<DataSet>}
   */
  async parseKept(set, name, fetchFiles, title) {
    const kept = await orElse(null, this.shelf.read(set));
    if (kept) {
      try {
        return this.parse(kept, name);
      } catch {
        // It was fine when it was kept: another copy may be.
        await this.shelf.remove(set);
      }
    }
    const files = await fetchFiles();
    const loaded = this.parse(files, name);
    await this.shelf.keep(set, files, name, title);
    return loaded;
  }
}

/** @returns {Promise<string[]>} */
async function listSite() {
  const response = await fetch(new URL("sets.json", SITE_DATA));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const sets = await response.json();
  return Array.isArray(sets) ? sets : [];
}

/**
 * @template T
 * @param {T} other
 * @param {Promise<T>} read
 * @param {string[]} [codes] of other errors that mean the same
 * @returns {Promise<T>} `other` where the browser keeps no files
 */
async function orElse(other, read, codes = []) {
  try {
    return await read;
  } catch (error) {
    // Not an instance of CodedError where Rust threw it.
    const code = codeOf(error);
    if (code.startsWith("storage-") || codes.includes(code)) return other;
    throw error;
  }
}
