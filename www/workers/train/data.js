/**
 * From what the page asks for to what a trainer learns from. A set is loaded once for those who
 * use it at the same time, and the latest is kept for the next: the preview's is the run's.
 *
 * @typedef {import("../../cpu.js").DataInfo} DataInfo
 * @typedef {import("../../cpu.js").DataSet} DataSet
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 * @typedef {import("../../shared/train/protocol.js").DataSpec} DataSpec
 * @typedef {import("./files.js").SetFiles} SetFiles
 * @typedef {{ set: DataSet, release: () => void }} Lease the set, until `release` is called
 * @typedef {{ key: string, module: Pick<WasmModule, "DataSet">, set: Promise<DataSet>, uses: number }} Entry
 */
import { parseUrl } from "../../shared/compat.js";
import { Digits } from "../../shared/digits.js";
import { CodedError, messageOf } from "../../shared/protocol.js";
import {
  digestOf, fetchForeignSet, fetchSet, keepSet, listSets, nameOf, readPicked, readSet, removeSet, sortPicked,
} from "./files.js";

const SITE_DATA = new URL("../../data/", import.meta.url);
const MNIST = "mnist";
/** In the names of the folders of sets that the user gave. */
const GIVEN = "files-";

export class Data {
  #digits = new Digits();
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Pick<Lease, "release"> | undefined} */
  #latest;
  /** @type {Map<string, SetFiles>} what could not be kept in the browser */
  #unkept = new Map();
  /** @type {Promise<string[]> | undefined} */
  #siteSets;
  /** @type {(event: import("../../shared/train/protocol.js").TrainEvent) => void} */
  #post;

  /** @param {(event: import("../../shared/train/protocol.js").TrainEvent) => void} post */
  constructor(post) {
    this.#post = post;
  }

  /**
   * @param {DataSpec} spec
   * @param {Pick<WasmModule, "DataSet">} module the set only works with objects of the same module
   * @returns {Promise<Lease>}
   */
  async open(spec, module) {
    const key = await this.#keyOf(spec);
    let entry = this.#entries.find((each) => each.key === key && each.module === module);
    if (!entry) {
      entry = { key, module, set: this.#load(spec, module), uses: 0 };
      this.#entries.push(entry);
    }
    const lease = this.#take(entry);
    try {
      const set = await entry.set;
      this.#latest?.release();
      this.#latest = this.#take(entry);
      return { set, release: lease.release };
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** @returns {Promise<import("../../shared/train/protocol.js").Sets>} */
  async sets() {
    const [site, kept, mine] = await Promise.all([this.#listSite(), orElse([], listSets()), orElse(0, this.#digits.count(), ["invalid-idx"])]);
    const given = kept.filter((set) => set.startsWith(GIVEN)).map((set) => set.slice(GIVEN.length));
    const mnist = site.includes(MNIST) || (kept.includes(MNIST) && (await readSet(MNIST)) !== null);
    return { mnist, files: [...new Set([...given, ...this.#unkept.keys()])].sort(), mine };
  }

  /**
   * @param {File[]} files
   * @param {Pick<WasmModule, "DataSet" | "idxInfo">} module
   * @returns {Promise<{ set: string, info: DataInfo }>}
   */
  async add(files, module) {
    const picked = await readPicked(files, module.idxInfo);
    const sorted = sortPicked(picked);
    const set = nameOf(picked, sorted);
    const { info } = using(parse(module, sorted, { name: set, origin: "files", limit: 0 }), (loaded) => ({ info: loaded.info }));
    if (!(await this.#keep(GIVEN + set, sorted, set))) this.#unkept.set(set, sorted);
    return { set, info };
  }

  /** @param {string} set */
  async removeGiven(set) {
    this.#latest?.release();
    this.#latest = undefined;
    this.#unkept.delete(set);
    await removeSet(GIVEN + set);
  }

  /**
   * @param {DataSpec} spec
   * @param {Pick<WasmModule, "DataSet">} module
   * @returns {Promise<DataSet>}
   */
  async #load(spec, module) {
    const { images: limit } = spec;
    const onProgress = this.#progress;
    switch (spec.source) {
      case "synthetic":
        return module.DataSet.synthetic({ images: limit || undefined, seed: spec.seed });
      case "mnist":
        return this.#loadKept(MNIST, { name: "MNIST", origin: spec.source, limit }, module, () => this.#fetchMnist());
      case "url": {
        const folder = folderOf(spec.url);
        const set = `url-${digestOf(new TextEncoder().encode(folder.href))}`;
        const about = { name: nameOfUrl(folder), origin: spec.source, limit };
        return this.#loadKept(set, about, module, () => fetchForeignSet(folder, onProgress));
      }
      case "files":
        return parse(module, await this.#given(spec.set), { name: spec.set, origin: spec.source, limit });
      case "mine":
        return parse(module, await this.#mine(), { name: "My digits", origin: spec.source, limit });
    }
  }

  /**
   * @param {string} set
   * @param {About} about
   * @param {Pick<WasmModule, "DataSet">} module
   * @param {() => Promise<SetFiles>} fetchFiles
   */
  async #loadKept(set, about, module, fetchFiles) {
    const kept = await orElse(null, readSet(set));
    if (kept) {
      try {
        return parse(module, kept, about);
      } catch {
        // It was fine when it was kept: another copy may be.
        await removeSet(set);
      }
    }
    const files = await fetchFiles();
    const loaded = parse(module, files, about);
    await this.#keep(set, files, about.name);
    return loaded;
  }

  async #fetchMnist() {
    if ((await this.#listSite()).includes(MNIST)) return fetchSet(new URL("mnist/", SITE_DATA), this.#progress);
    throw new CodedError("data-gone", "this site does not have MNIST: give its files, or an address that has them");
  }

  /** @param {string} set */
  async #given(set) {
    const files = this.#unkept.get(set) ?? (await readSet(GIVEN + set));
    if (files) return files;
    throw new CodedError("data-gone", `the files of “${set}” are not kept here: choose or drop them again`);
  }

  async #mine() {
    if (await this.#digits.count()) return this.#digits.export();
    throw new CodedError("data-gone", "there are no digits of your own yet: draw some and label them");
  }

  /**
   * What is not kept works all the same; the user is told.
   *
   * @param {string} set
   * @param {SetFiles} files
   * @param {string} name
   * @returns {Promise<boolean>}
   */
  async #keep(set, files, name) {
    try {
      await keepSet(set, files);
      return true;
    } catch (error) {
      const why = messageOf(error);
      this.#post({ event: "notice", message: `${name} is used, but could not be kept for the next visit: ${why}` });
      return false;
    }
  }

  #listSite() {
    // Without a network there may be copies from an earlier visit.
    this.#siteSets ??= fetch(new URL("sets.json", SITE_DATA)).then(async (response) => {
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const sets = await response.json();
      return Array.isArray(sets) ? sets : [];
    }).catch(() => {
      this.#siteSets = undefined;
      return [];
    });
    return this.#siteSets;
  }

  /** @param {string} file @param {number} loaded @param {number} total */
  #progress = (file, loaded, total) => this.#post({ event: "download", file, loaded, total });

  /**
   * @param {Entry} entry
   * @returns {Pick<Lease, "release">}
   */
  #take(entry) {
    entry.uses += 1;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      entry.uses -= 1;
      if (entry.uses > 0) return;
      this.#entries = this.#entries.filter((each) => each !== entry);
      // What could not be loaded was reported to who asked for it.
      entry.set.then((set) => set.free(), () => {});
    };
    return { release };
  }

  /**
   * @param {DataSpec} spec
   * @returns {Promise<string>} differs where the data may
   */
  async #keyOf(spec) {
    const key = JSON.stringify(spec);
    if (spec.source !== "mine") return key;
    // Digits may have been added or removed, in this tab or another.
    const { pixels, labels } = await this.#digits.all();
    return key + digestOf(pixels, labels);
  }
}

/**
 * @typedef {object} About
 * @property {string} name for people
 * @property {DataSpec["source"]} origin which checkpoints keep
 * @property {number} limit training images at most, 0 for all
 */

/**
 * @param {Pick<WasmModule, "DataSet">} module
 * @param {SetFiles} files
 * @param {About} about
 */
function parse(module, files, { name, origin, limit }) {
  return module.DataSet.fromIdx({ ...files, name, origin, limit: limit || undefined });
}

/**
 * @template T
 * @param {DataSet} set
 * @param {(set: DataSet) => T} use
 * @returns {T}
 */
function using(set, use) {
  try {
    return use(set);
  } finally {
    set.free();
  }
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
    if (error instanceof CodedError && (error.code.startsWith("storage-") || codes.includes(error.code))) return other;
    throw error;
  }
}

/** @param {string} text */
function folderOf(text) {
  const url = parseUrl(text.trim());
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new CodedError("invalid-url", `“${text}” is no address of a folder: expected one such as https://example.org/mnist/`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** @param {URL} folder */
function nameOfUrl({ host, pathname }) {
  const last = pathname.split("/").filter(Boolean).pop();
  return last ? `${last} from ${host}` : host;
}
