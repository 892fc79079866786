import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { disk, emptyDisk } from "./opfs.mjs";
import { Digits, fromIdx, toIdx } from "../../www/shared/digits.js";

const digit = (value) => new Uint8Array(784).fill(value);

beforeEach(emptyDisk);

test("an exported pair has the headers that the IDX format wants", async () => {
  const digits = new Digits();
  await digits.add(digit(9), 4);
  await digits.add(digit(200), 7);
  const { images, labels } = await digits.export();
  assert.deepEqual([...images.slice(0, 16)], [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]);
  assert.deepEqual([...labels], [0, 0, 8, 1, 0, 0, 0, 2, 4, 7]);
  assert.equal(images.length, 16 + 2 * 784);
  assert.deepEqual([images[16], images[16 + 784]], [9, 200]);
});

test("what was exported can be imported, in either order, and is added", async () => {
  const digits = new Digits();
  await digits.add(digit(1), 1);
  const { images, labels } = await digits.export();
  assert.equal(await digits.import(labels, images), 1);
  assert.equal(await digits.import(images, labels), 1);
  assert.deepEqual([...(await digits.all()).labels], [1, 1, 1]);
});

test("digits added at the same time are all kept", async () => {
  const digits = new Digits();
  await Promise.all([0, 1, 2, 3].map((label) => digits.add(digit(label), label)));
  assert.equal(await new Digits().count(), 4);
});

test("removing takes away one digit and its pixels", async () => {
  const digits = new Digits();
  for (const label of [5, 6, 7]) await digits.add(digit(label), label);
  await digits.remove(1);
  const { pixels, labels } = await digits.all();
  assert.deepEqual([...labels], [5, 7]);
  assert.deepEqual([pixels[0], pixels[784], pixels.length], [5, 7, 2 * 784]);
  await assert.rejects(digits.remove(2), { code: "invalid-idx" });
  await digits.clear();
  assert.equal(await digits.count(), 0);
});

test("a full disk leaves the digits as they were", async () => {
  const digits = new Digits();
  await digits.add(digit(1), 1);
  disk.failsToClose = true;
  await assert.rejects(digits.add(digit(2), 2), { code: "storage-full" });
  disk.failsToClose = false;
  assert.deepEqual([...(await digits.all()).labels], [1]);
});

test("a change is announced", async () => {
  const digits = new Digits();
  let changes = 0;
  digits.addEventListener("change", () => (changes += 1));
  await digits.add(digit(3), 3);
  assert.equal(changes, 1);
});

const { images, labels } = toIdx({ pixels: digit(1), labels: Uint8Array.of(1) });
const with_ = (bytes, at, value) => bytes.map((byte, index) => (index === at ? value : byte));
for (const [what, pair, message] of [
  ["two files of images", [images, images], /no IDX file of labels/],
  ["truncated images", [images.slice(0, 700), labels], /has 700 bytes, its header says 800/],
  ["a truncated header", [images.slice(0, 10), labels], /ends within its header/],
  ["an empty file", [new Uint8Array(0), labels], /0 bytes/],
  ["other numbers of labels", [images, with_(labels, 7, 2)], /1 images, but 2 labels/],
  ["images of another size", [with_(images, 11, 14), labels], /14 x 28/],
  ["a label out of range", [images, with_(labels, 8, 10)], /label 0 is 10/],
  ["a packed file", [Uint8Array.of(0x1f, 0x8b, 8, 0), labels], /unpack it/],
]) {
  test(`refuses ${what}`, () => assert.throws(() => fromIdx(...pair), { code: "invalid-idx", message }));
}

test("digits that can't be read say so, and can be deleted", async () => {
  const digits = new Digits();
  await digits.add(digit(1), 1);
  const [folder] = disk.root.entries.values();
  const [file] = folder.entries.values();
  file.bytes = file.bytes.slice(0, 20);
  await assert.rejects(digits.count(), { code: "invalid-idx" });
  await digits.clear();
  assert.equal(await digits.count(), 0);
  await digits.add(digit(2), 2);
  assert.equal(await digits.count(), 1);
});

test("a page without a secure origin has no locks, and keeps digits all the same", async () => {
  const { locks } = navigator;
  delete navigator.locks;
  try {
    const digits = new Digits();
    await digits.add(digit(1), 1);
    assert.equal(await digits.count(), 1);
  } finally {
    navigator.locks = locks;
  }
});
