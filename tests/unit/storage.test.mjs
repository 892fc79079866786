import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { disk, emptyDisk } from "./disk.mjs";
import { sayError } from "../../www/page/words.js";
import { list, readFile, remove, writeFile, writeFiles } from "../../www/shared/storage.js";

const encode = (text) => new TextEncoder().encode(text);
const read = async (path) => new TextDecoder().decode((await readFile(path)) ?? undefined);

/** A browser whose database does not open. */
function refuse(error) {
  globalThis.indexedDB = new IDBFactory();
  indexedDB.open = () => {
    const request = { error };
    queueMicrotask(() => request.onerror());
    return request;
  };
}

beforeEach(emptyDisk);

for (const name of ["SecurityError", "UnknownError", "InvalidStateError"]) {
  test(`a browser that gives ${name} as its reason to keep nothing is told as one`, async () => {
    refuse(new DOMException("unknown transient reason", name));
    await assert.rejects(readFile("a"), (error) => error.code === "storage-unavailable" && /private window/.test(sayError(error)));
    await assert.rejects(list("runs"), { code: "storage-unavailable" });
  });
}

test("a site that may keep nothing is told as a private window, whether it has no database or may not ask for one", async () => {
  for (const get of [() => undefined, () => assert.fail(new DOMException("denied", "SecurityError"))]) {
    Object.defineProperty(globalThis, "indexedDB", { get, configurable: true });
    await assert.rejects(writeFile("a", encode("a")), { code: "storage-unavailable" });
  }
  Object.defineProperty(globalThis, "indexedDB", { value: undefined, writable: true, configurable: true });
});

for (const error of [new TypeError("Name is not allowed"), new DOMException("Name is not allowed", "VersionError")]) {
  test(`another ${error.name} of the storage is told as what it is`, async () => {
    refuse(error);
    await assert.rejects(writeFile("data/x/../y", encode("a")), (told) => {
      assert.equal(told.code, "storage-failed");
      assert.equal(sayError(told), "The browser's storage failed: Name is not allowed.");
      return true;
    });
  });
}

for (const writes of [0, 1, 2]) {
  test(`where the disk is full after ${writes} of three writes all files stay as they were, and can be written again`, async () => {
    await writeFiles({ "a/b": encode("old"), "a/c": encode("old") });
    disk.writes = writes;
    const files = { "a/b": encode("new"), "a/c": encode("new"), "a/d": encode("new") };
    await assert.rejects(writeFiles(files), { code: "storage-full" });
    assert.deepEqual([await read("a/b"), await read("a/c"), await list("a")], ["old", "old", ["b", "c"]]);
    disk.writes = Infinity;
    await writeFiles(files);
    assert.deepEqual([await read("a/b"), await read("a/c"), await list("a")], ["new", "new", ["b", "c", "d"]]);
  });
}

test("a write that throws in the middle takes back what came before it", async () => {
  await writeFile("a", encode("old"));
  await assert.rejects(writeFiles({ a: encode("new"), b: null }), { code: "storage-failed" });
  assert.deepEqual([await read("a"), await readFile("b")], ["old", null]);
});

test("a large file is kept in pieces, of which none is left when a shorter one takes its place", async (t) => {
  const sizes = [];
  const { put } = IDBObjectStore.prototype;
  t.mock.method(IDBObjectStore.prototype, "put", function (bytes, key) {
    sizes.push(bytes.length);
    return put.call(this, bytes, key);
  });
  const large = new Uint8Array(130 * 2 ** 20);
  large.set([1, 2, 3], 2 ** 26 - 1);
  large.set([4], large.length - 1);
  await writeFile("large", large);
  assert.deepEqual(sizes, [2 ** 26, 2 ** 26, 2 * 2 ** 20]);
  const found = await readFile("large");
  assert.deepEqual([found.length, ...found.subarray(2 ** 26 - 1, 2 ** 26 + 2), found.at(-1)], [large.length, 1, 2, 3, 4]);
  await writeFile("large", encode("small"));
  assert.equal(await read("large"), "small");
});

test("of a view into a larger buffer only what it shows is kept", async () => {
  const buffer = encode("before, kept, after").buffer;
  await writeFile("a", new Uint8Array(buffer, 8, 4));
  const found = await readFile("a");
  assert.deepEqual([await read("a"), found.buffer.byteLength], ["kept", 4]);
});

test("an empty file is no missing one", async () => {
  await writeFile("a", new Uint8Array(0));
  assert.deepEqual([await readFile("a"), await readFile("b")], [new Uint8Array(0), null]);
});

test("a folder's names are listed once each, and go with it; others of a like name stay", async () => {
  for (const path of ["a/b/c", "a/b/d", "a/e", "a", "a0/f", "ab/g", "a-/h"]) await writeFile(path, encode(path));
  assert.deepEqual(await list("a"), ["b", "e"]);
  assert.deepEqual(await list("nowhere"), []);
  await remove("a/b");
  assert.deepEqual(await list("a"), ["e"]);
  await remove("a");
  await remove("nowhere");
  assert.deepEqual([await list("a"), await readFile("a")], [[], null]);
  for (const path of ["a0/f", "ab/g", "a-/h"]) assert.equal(await read(path), path);
});
