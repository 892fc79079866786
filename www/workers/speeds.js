/**
 * The times that the devices took at an earlier visit, kept in the browser. For workers; where nothing can be
 * kept, it is measured anew at each visit.
 *
 * @typedef {import("./fastest.js").Timings} Timings
 * @typedef {Timings & { at: number }} Entry `at` is when, in milliseconds since 1970
 */
import { readFile, writeFile } from "../shared/storage.js";

const FILE = "speeds.json";
/** Browsers, drivers and this page get faster: an answer is no fact for ever. */
const LASTS_MS = 30 * 24 * 3_600_000;
const MOST = 100;

/** Two tabs that write at the same moment lose an answer, which is then measured again. */
export class Speeds {
  #now;

  /** @param {() => number} [now] milliseconds since 1970 */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /**
   * @param {string} key from fastest.js
   * @returns {Promise<Timings | null>}
   */
  async recall(key) {
    const entry = (await this.#read()).get(key);
    return entry ? { cpu: entry.cpu, webgpu: entry.webgpu } : null;
  }

  /**
   * @param {string} key
   * @param {Timings} timings
   */
  async remember(key, timings) {
    const entries = await this.#read();
    entries.delete(key);
    entries.set(key, { ...timings, at: this.#now() });
    const newest = [...entries].slice(-MOST);
    const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(newest)));
    await writeFile(FILE, bytes).catch(() => {});
  }

  /** @returns {Promise<Map<string, Entry>>} those that still count, oldest first */
  async #read() {
    try {
      const bytes = await readFile(FILE);
      const entries = Object.entries(JSON.parse(new TextDecoder().decode(bytes ?? undefined) || "{}"));
      return new Map(entries.filter(([, entry]) => this.#counts(entry)));
    } catch {
      return new Map();
    }
  }

  /** @param {any} entry */
  #counts(entry) {
    const whole = [entry?.cpu, entry?.webgpu, entry?.at].every(Number.isFinite);
    const age = this.#now() - entry?.at;
    return whole && age >= 0 && age < LASTS_MS;
  }
}
