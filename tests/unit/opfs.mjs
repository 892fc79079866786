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

/** Of the test that runs. */
export const disk = { root: new FakeFolder(), failsToClose: false };

export function emptyDisk() {
  disk.root = new FakeFolder();
  disk.failsToClose = false;
}

let last = Promise.resolve();
const locks = {
  request: (_name, work) => (last = last.catch(() => {}).then(work)),
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
