/**
 * From what the page asks for to what a trainer learns from. A set is loaded once for those who
 * use it at the same time, and the latest is kept for the next: the preview's is the run's.
 *
 * @typedef {import("../../cpu.js").DataInfo} DataInfo
 * @typedef {import("../../cpu.js").DataSet} DataSet
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 * @typedef {import("../../shared/train/sources.js").DataSpec} DataSpec
 * @typedef {import("../../shared/train/sources.js").Sets} Sets
 * @typedef {import("./shelf.js").Shelf} Shelf
 * @typedef {{ set: DataSet, release: () => void }} Lease the set, until `release` is called
 * @typedef {{ key: string, module: Pick<WasmModule, "DataSet">, set: Promise<DataSet>, uses: number }} Entry
 */
import { SOURCES, sourceOf } from "../../shared/train/sources.js";
import { files, folderOf } from "../../shared/train/sources/files.js";
import { nameOf, readPicked, sortPicked } from "./files.js";
import { Loader } from "./shelf.js";

export class Data {
  #shelf;
  /** @type {Entry[]} */
  #entries = [];
  /** @type {Pick<Lease, "release"> | undefined} */
  #latest;

  /** @param {Shelf} shelf */
  constructor(shelf) {
    this.#shelf = shelf;
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

  /** @returns {Promise<Sets>} */
  async sets() {
    const stocks = SOURCES.map(async ({ id, stock }) => [id, (await stock?.(this.#shelf)) ?? {}]);
    return Object.fromEntries(await Promise.all(stocks));
  }

  /**
   * @param {File[]} given
   * @param {Pick<WasmModule, "DataSet" | "idxInfo">} module
   * @returns {Promise<{ set: string, info: DataInfo }>}
   */
  async add(given, module) {
    const picked = await readPicked(given, module.idxInfo);
    const sorted = sortPicked(picked);
    const set = nameOf(picked, sorted);
    const parsed = new Loader(this.#shelf, module, { source: files.id, images: 0 }).parse(sorted, set);
    const { info } = parsed;
    parsed.free();
    await this.#shelf.keepOrHold(folderOf(set), sorted, set);
    return { set, info };
  }

  /** @param {string} set */
  async removeGiven(set) {
    this.#latest?.release();
    this.#latest = undefined;
    await this.#shelf.remove(folderOf(set));
  }

  /**
   * @param {DataSpec} spec
   * @param {Pick<WasmModule, "DataSet">} module
   * @returns {Promise<DataSet>}
   */
  async #load(spec, module) {
    return sourceOf(spec.source).load(spec, new Loader(this.#shelf, module, spec));
  }

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
    const version = await sourceOf(spec.source).version?.(this.#shelf);
    return JSON.stringify(spec) + (version ?? "");
  }
}
