import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { idx } from "./idx.mjs";
import { channels, disk, emptyDisk } from "./disk.mjs";
import { readFile, writeFile } from "../../www/shared/storage.js";
import { Digits } from "../../www/workers/digits.js";

const FILE = "digits/pair.idx";

const digit = (value) => new Uint8Array(784).fill(value);
const open = (functions = idx) => new Digits(async () => functions);

beforeEach(emptyDisk);

test("an exported pair holds what was added", async () => {
  const digits = open();
  assert.equal(await digits.export(), null);
  assert.equal(await digits.add(digit(9), 4), 1);
  assert.equal(await digits.add(digit(200), 7), 2);
  const { images, labels } = await digits.export();
  const read = idx.readIdx(images, labels);
  assert.deepEqual([...read.labels], [4, 7]);
  assert.deepEqual([read.pixels[0], read.pixels[784]], [9, 200]);
});

test("what was exported can be imported, in either order, and is added", async () => {
  const digits = open();
  await digits.add(digit(1), 1);
  const { images, labels } = await digits.export();
  assert.equal(await digits.import(labels, images), 2);
  assert.equal(await digits.import(images, labels), 3);
  assert.deepEqual([...(await digits.all()).labels], [1, 1, 1]);
});

test("digits added at the same time are all kept", async () => {
  const digits = open();
  await Promise.all([0, 1, 2, 3].map((label) => digits.add(digit(label), label)));
  assert.equal(await open().count(), 4);
});

test("removing takes away one digit and its pixels", async () => {
  const digits = open();
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
  const digits = open();
  await digits.add(digit(1), 1);
  disk.writes = 0;
  await assert.rejects(digits.add(digit(2), 2), { code: "storage-full" });
  disk.writes = Infinity;
  assert.deepEqual([...(await digits.all()).labels], [1]);
});

test("a change is announced, and tells versions apart", async () => {
  const digits = open();
  const before = await digits.version();
  channels.length = 0;
  await digits.add(digit(3), 3);
  assert.deepEqual(channels, ["vitpad-digits"]);
  assert.notEqual(await digits.version(), before);
});

for (const [what, pixels, label] of [["a label out of range", digit(1), 10], ["too few pixels", digit(1).slice(1), 1]]) {
  test(`refuses ${what}`, () => assert.rejects(open().add(pixels, label), { code: "invalid-idx" }));
}

test("refuses files that are no pair, and images of another size", async () => {
  const { images, labels } = idx.writeIdx({ pixels: digit(1), labels: [1] });
  const halves = open({ ...idx, readIdx: (...files) => ({ ...idx.readIdx(...files), rows: 14 }) });
  await assert.rejects(halves.import(images, labels), { code: "invalid-idx", values: { kind: "size", rows: 14, columns: 28, side: 28 } });
  const digits = open();
  await assert.rejects(digits.import(images, images), { code: "invalid-idx" });
  await assert.rejects(digits.import(labels, images.slice(1)), { code: "invalid-idx" });
  assert.equal(await digits.count(), 0);
});

test("digits that can't be read say so, and can be deleted", async () => {
  const digits = open();
  await digits.add(digit(1), 1);
  await writeFile(FILE, (await readFile(FILE)).slice(0, 20));
  await assert.rejects(digits.count(), { code: "invalid-idx" });
  await digits.clear();
  assert.equal(await digits.count(), 0);
  await digits.add(digit(2), 2);
  assert.equal(await digits.count(), 1);
});

test("a page without a secure origin has no locks, and keeps all digits that are added at the same time", async () => {
  const { locks } = navigator;
  delete navigator.locks;
  try {
    const digits = open();
    await assert.rejects(digits.remove(0), { code: "invalid-idx" });
    await Promise.all([0, 1, 2, 3].map((label) => digits.add(digit(label), label)));
    assert.equal(await digits.count(), 4);
  } finally {
    navigator.locks = locks;
  }
});
