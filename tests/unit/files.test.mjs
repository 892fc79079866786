import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { disk, emptyDisk } from "./disk.mjs";
import { sayError } from "../../www/page/words.js";
import { writeFile } from "../../www/shared/storage.js";
import { keepSet, listSets, nameOf, readPicked, readSet, removeSet, sortPicked } from "../../www/workers/train/files.js";

const picked = (name, kind, count) => ({ name, bytes: new TextEncoder().encode(name), info: { kind, count } });
const names = (files) => Object.values(files).map((bytes) => bytes && new TextDecoder().decode(bytes));

beforeEach(emptyDisk);

test("images and labels are told by their headers, training and test by their names", () => {
  const files = sortPicked([
    picked("t10k-labels", "labels", 10),
    picked("big", "images", 10),
    picked("t10k-images", "images", 10),
    picked("l", "labels", 10),
  ]);
  assert.deepEqual(names(files), ["big", "l", "t10k-images", "t10k-labels"]);
});

test("without such names the larger set is for training", () => {
  const four = [picked("a", "images", 5), picked("b", "labels", 50), picked("c", "images", 50), picked("d", "labels", 5)];
  assert.deepEqual(names(sortPicked(four)), ["c", "b", "a", "d"]);
});

for (const [what, files, message] of [
  ["one file", [picked("a", "images", 5)], /found a \(images\)/],
  ["no file", [], /found none/],
  ["labels without images", [picked("a", "labels", 5), picked("b", "labels", 5)], /^Expected a file of images/],
  ["sets that can't be told apart", ["a", "b"].flatMap((n) => [picked(n, "images", 5), picked(`${n}l`, "labels", 5)]), /a or b\?/],
]) {
  test(`refuses ${what}`, () => assert.throws(() => sortPicked(files), (error) => {
    assert.equal(error.code, "invalid-files");
    assert.match(sayError(error), message);
    return true;
  }));
}

test("a set's name follows from its files", () => {
  const pair = [picked("train-images-idx3-ubyte.gz", "images", 5), picked("labels", "labels", 5)];
  const name = nameOf(pair, sortPicked(pair));
  assert.match(name, /^train-[0-9a-f]{8}$/);
  const others = [pair[0], picked("other labels", "labels", 5)];
  assert.notEqual(nameOf(others, sortPicked(others)), name);
});

test("a set is kept whole or not at all", async () => {
  const files = { images: Uint8Array.of(1), labels: Uint8Array.of(2) };
  await keepSet("small", files, "https://example.org/small/");
  assert.deepEqual((await readSet("small"))?.labels, files.labels);
  disk.writes = 2;
  await assert.rejects(keepSet("large", files, "Large"), { code: "storage-full" });
  assert.deepEqual(await listSets(), [{ set: "small", title: "https://example.org/small/", bytes: 2 }]);
  assert.equal(await readSet("large"), null);
});

test("a set without its title is listed all the same, and so is a stray file, and both can be deleted", async () => {
  await writeFile("data/url-1/train-images-idx3-ubyte", new Uint8Array(5));
  await writeFile("data/stray.txt", new Uint8Array(5));
  const found = await listSets();
  assert.deepEqual(found, ["stray.txt", "url-1"].map((set) => ({ set, title: set, bytes: 0 })));
  for (const { set } of found) await removeSet(set);
  assert.deepEqual(await listSets(), []);
});

test("a file that is too large is refused before it is read", async () => {
  const file = { name: "huge", size: 2 ** 29 + 1, arrayBuffer: () => assert.fail("it was read") };
  await assert.rejects(readPicked([file], () => assert.fail("it was read")), (error) => {
    assert.equal(sayError(error), "huge has more than the 512\u00a0MB that can be read.");
    return true;
  });
});
