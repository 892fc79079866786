/** The browser's file system, locks and channels, as far as the page uses them, in memory. */

class FakeFile {
  bytes = new Uint8Array(0);

  async getFile() {
    return new Blob([this.bytes]);
  }

  async createWritable() {
    let written = new Uint8Array(0);
    return {
      write: async (bytes) => (written = bytes.slice()),
      // What was there before stays until now, as in browsers.
      close: async () => {
        if (disk.failsToClose) throw new DOMException("no space", "QuotaExceededError");
        this.bytes = written;
      },
      abort: async () => {},
    };
  }

  /** In place: what is written stays, whatever happens next. */
  async createSyncAccessHandle() {
    return {
      truncate: (size) => (this.bytes = this.bytes.slice(0, size)),
      write: (bytes, { at }) => {
        if (disk.writes === 0) throw new DOMException("no space", "QuotaExceededError");
        disk.writes -= 1;
        const grown = new Uint8Array(Math.max(this.bytes.length, at + bytes.length));
        grown.set(this.bytes);
        // The last one that succeeds is cut off.
        grown.set(disk.writes === 0 ? bytes.subarray(0, bytes.length / 2) : bytes, at);
        this.bytes = grown;
        return disk.writes === 0 ? Math.floor(bytes.length / 2) : bytes.length;
      },
      flush: () => {},
      close: () => {},
    };
  }
}

globalThis.FileSystemFileHandle = FakeFile;

class FakeFolder {
  entries = new Map();

  async getDirectoryHandle(name, options) {
    return this.#get(name, FakeFolder, options);
  }

  async getFileHandle(name, options) {
    return this.#get(name, FakeFile, options);
  }

  async removeEntry(name) {
    if (!this.entries.delete(name)) throw new DOMException(name, "NotFoundError");
  }

  async *keys() {
    yield* this.entries.keys();
  }

  async *values() {
    yield* this.entries.values();
  }

  #get(name, Kind, { create = false } = {}) {
    if (!this.entries.has(name)) {
      if (!create) throw new DOMException(name, "NotFoundError");
      this.entries.set(name, new Kind());
    }
    const entry = this.entries.get(name);
    if (!(entry instanceof Kind)) throw new DOMException(name, "TypeMismatchError");
    return entry;
  }
}

/** Of the test that runs; `writes` in place succeed before the disk is full, the last of them in part. */
export const disk = { root: new FakeFolder(), failsToClose: false, writes: Infinity };

export function emptyDisk() {
  disk.root = new FakeFolder();
  disk.failsToClose = false;
  disk.writes = Infinity;
}

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
const storage = { getDirectory: async () => disk.root };
Object.defineProperty(globalThis, "navigator", { value: { storage, locks }, configurable: true });

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
