/** The browser's IndexedDB, locks and channels, as far as the page uses them, in memory. */
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import "fake-indexeddb/auto";

/** Of the test that runs; `writes` to it succeed before it is full. */
export const disk = { writes: Infinity };

export function emptyDisk() {
  globalThis.indexedDB = new IDBFactory();
  disk.writes = Infinity;
}

const { put } = IDBObjectStore.prototype;

/** A browser finds out that its disk is full when a transaction is to be kept, and ends it. */
IDBObjectStore.prototype.put = function (...entry) {
  if (disk.writes <= 0) queueMicrotask(() => this.transaction._abort("QuotaExceededError"));
  disk.writes -= 1;
  return put.apply(this, entry);
};

/** By the name of the lock. */
const last = new Map();
const locks = {
  request: (name, ...rest) => {
    const held = (last.get(name) ?? Promise.resolve()).catch(() => {}).then(rest.at(-1));
    last.set(name, held);
    return held;
  },
  query: async () => ({ held: [] }),
};
Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });

/** The names of the channels that were written to. */
export const channels = [];

globalThis.BroadcastChannel = class {
  constructor(name) {
    this.name = name;
  }

  postMessage() {
    channels.push(this.name);
  }
};
