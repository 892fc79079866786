import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { disk, emptyDisk } from "./opfs.mjs";
import { sayError } from "../../www/page/words.js";
import { list, readFile, remove, sizeOf, writeFile } from "../../www/shared/storage.js";

const { storage } = navigator;
const { getDirectory } = storage;
const { createWritable, createSyncAccessHandle } = FileSystemFileHandle.prototype;
const bytes = Uint8Array.of(1);

beforeEach(emptyDisk);
afterEach(() => {
  navigator.storage = storage;
  storage.getDirectory = getDirectory;
  Object.assign(FileSystemFileHandle.prototype, { createWritable, createSyncAccessHandle });
  delete globalThis.isSecureContext;
});

for (const name of ["SecurityError", "UnknownError"]) {
  test(`a private window that gives ${name} as its reason is told as one`, async () => {
    storage.getDirectory = async () => {
      throw new DOMException("unknown transient reason", name);
    };
    await assert.rejects(readFile("a"), (error) => error.code === "storage-unavailable" && /private window/.test(sayError(error)));
    await assert.rejects(list("runs"), { code: "storage-unavailable" });
  });
}

test("a browser that can't write files so that they stay whole is no private window, and nothing is begun", async () => {
  delete FileSystemFileHandle.prototype.createWritable;
  delete FileSystemFileHandle.prototype.createSyncAccessHandle;
  await assert.rejects(writeFile("runs/a/run.json", bytes), ({ code, values }) => code === "storage-unavailable" && values.kind === "old");
  assert.equal(disk.root.entries.size, 0);
  assert.equal(await readFile("runs/a/run.json"), null);
});

for (const [what, writes, expected] of [
  ["the spare file", 1, "old"],
  ["its header", 2, "old"],
  ["the file", 3, "new"],
  ["nothing", Infinity, "new"],
]) {
  test(`where files are written in place, one stays whole if ${what} is cut off, and can be written again`, async () => {
    delete FileSystemFileHandle.prototype.createWritable;
    const encode = (text) => new TextEncoder().encode(text);
    const read = async () => new TextDecoder().decode((await readFile("a/b")) ?? undefined);
    await writeFile("a/b", encode("old"));
    disk.writes = writes;
    const written = writeFile("a/b", encode("new"));
    if (expected === "old") await assert.rejects(written, { code: "storage-full" });
    await written.catch(() => {});
    assert.equal(await read(), expected);
    // The disk is full from now on, and then no more.
    disk.writes = 0;
    if (writes < Infinity) await assert.rejects(writeFile("a/b", encode("newer")), { code: "storage-full" });
    assert.equal(await read(), expected);
    disk.writes = Infinity;
    await writeFile("a/b", encode("newest"));
    assert.equal(await read(), "newest");
    assert.deepEqual(await list("a"), ["b"]);
    await remove("a/b");
    assert.deepEqual(await list("a"), []);
  });
}

test("the size of a folder is that of all files in it", async () => {
  await writeFile("a/b/c", new Uint8Array(3));
  await writeFile("a/d", new Uint8Array(4));
  assert.equal(await sizeOf("a"), 7);
  assert.equal(await sizeOf("e"), 0);
});

test("a browser without a file system is told to be old", async () => {
  navigator.storage = {};
  await assert.rejects(readFile("a"), (error) => error.code === "storage-unavailable" && /version of the browser/.test(sayError(error)));
});

for (const [name, error] of [["TypeError", new TypeError("Name is not allowed")], ["UnknownError", new DOMException("Name is not allowed", "UnknownError")]]) {
  test(`another ${name} of the storage is told as what it is`, async () => {
    disk.root.getDirectoryHandle = async () => {
      throw error;
    };
    await assert.rejects(writeFile("data/x/../y", bytes), (told) => {
      assert.equal(told.code, "storage-failed");
      assert.equal(sayError(told), "The browser's storage failed: Name is not allowed.");
      return true;
    });
  });
}

test("a page from http says that its address is to blame", async () => {
  navigator.storage = undefined;
  globalThis.isSecureContext = false;
  await assert.rejects(writeFile("a", bytes), (error) => {
    assert.equal(error.code, "storage-unavailable");
    assert.equal(sayError(error), "This address is http: the browser keeps nothing and has no GPU here; use https or localhost.");
    return true;
  });
});
