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
 * @typedef {{ key: string, module: Pick<WasmModule, "DataSet">, set: Promise<DataSet>, uses: number,
 *   unwanted: AbortController }} Entry `unwanted` ends its download
 */
import { CodedError } from "../../shared/protocol.js";
import { SOURCES, sourceOf } from "../../shared/train/sources.js";
import { files, folderOf } from "../../shared/train/sources/files.js";
import { nameOf, readPicked, sortPicked } from "./files.js";
import { Loader } from "./shelf.js";

const NEVER = new AbortController().signal;

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
   * @param {AbortSignal} [signal] it is no longer wanted: what nobody waits for is not downloaded
   * @returns {Promise<Lease>}
   */
  async open(spec, module, signal) {
    const key = await this.#keyOf(spec);
    signal?.throwIfAborted();
    const entry = this.#entries.find((each) => each.key === key && each.module === module) ?? this.#enter(key, spec, module);
    const lease = this.#take(entry);
    signal?.addEventListener("abort", lease.release);
    try {
      const set = await entry.set;
      signal?.throwIfAborted();
      this.#latest?.release();
      this.#latest = this.#take(entry);
      return { set, release: lease.release };
    } catch (error) {
      lease.release();
      throw error;
    } finally {
      signal?.removeEventListener("abort", lease.release);
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
    const parsed = new Loader(this.#shelf, module, { source: files.id, images: 0 }, NEVER).parse(sorted, set);
    const { info } = parsed;
    parsed.free();
    await this.#shelf.keepOrHold(folderOf(set), sorted, set);
    return { set, info };
  }

  /** The data that the browser keeps. */
  kept() {
    return this.#shelf.list();
  }

  /** @param {string} set one of these */
  async remove(set) {
    this.#latest?.release();
    this.#latest = undefined;
    await this.#shelf.remove(set);
  }

  /**
   * @param {string} key
   * @param {DataSpec} spec
   * @param {Pick<WasmModule, "DataSet">} module
   */
  #enter(key, spec, module) {
    const unwanted = new AbortController();
    const entry = { key, module, set: this.#load(spec, module, unwanted.signal), uses: 0, unwanted };
    this.#entries.push(entry);
    return entry;
  }

  /**
   * @param {DataSpec} spec
   * @param {Pick<WasmModule, "DataSet">} module
   * @param {AbortSignal} signal
   * @returns {Promise<DataSet>}
   */
  async #load(spec, module, signal) {
    return sourceOf(spec.source).load(spec, new Loader(this.#shelf, module, spec, signal));
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
      entry.unwanted.abort(new CodedError("superseded", { kind: "cancelled" }));
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
