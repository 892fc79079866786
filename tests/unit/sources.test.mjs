import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { idx } from "./idx.mjs";
import { emptyDisk } from "./disk.mjs";
import { readSource, sourceEntries } from "../../www/page/train/address.js";
import { sayWords } from "../../www/page/words.js";
import { writeFile } from "../../www/shared/storage.js";
import { defaultSource, SOURCES, sourceOf, specOfCheckpoint } from "../../www/shared/train/sources.js";
import { Digits } from "../../www/workers/digits.js";
import { Data } from "../../www/workers/train/data.js";
import { Shelf } from "../../www/workers/train/shelf.js";

/** What is entered, by the source that needs it. */
const ENTERED = { url: "https://example.org/bars/", files: "bars-1" };
const SETS = { mnist: { isMissing: false }, files: { options: ["bars-1"] }, mine: { count: 1_234 } };
const MODULE = {
  ...idx,
  DataSet: {
    synthetic: (options) => ({ ...options, free() {} }),
    fromIdx: ({ images, ...options }) => ({ info: {}, images: images.length, ...options, free() {} }),
  },
};

const specFor = (source, images = 0) => source.spec({ images, seed: 3, entered: ENTERED[source.id] ?? "" });
const paramsOf = (entries) => new URLSearchParams(Object.entries(entries).filter(([, text]) => text !== ""));
const file = (name, bytes) => Object.assign(new Blob([bytes]), { name });

/** Of a site that has MNIST, or not, and a network with one folder. */
async function openData({ hasMnist = true } = {}) {
  const { images, labels } = idx.writeIdx({ pixels: new Uint8Array(784), labels: [1] });
  globalThis.fetch = async (url) => {
    const { href } = new URL(url);
    if (href.endsWith("sets.json")) return Response.json(hasMnist ? ["mnist"] : []);
    const isThere = !href.endsWith(".gz") && (href.startsWith(ENTERED.url) || hasMnist);
    return isThere ? new Response(href.includes("images") ? images : labels) : new Response("", { status: 404 });
  };
  const digits = new Digits(async () => MODULE);
  const data = new Data(new Shelf(digits, () => {}));
  const { set } = await data.add([file("bars", images), file("labels", labels)], MODULE);
  ENTERED.files = set;
  await digits.add(new Uint8Array(784), 1);
  return data;
}

beforeEach(emptyDisk);

for (const source of SOURCES) {
  const { id } = source;
  const entered = ENTERED[id] ?? "";

  test(`${id} has a name, and can be trained on once all is there`, () => {
    assert.notEqual(sayWords(source.name(entered)), "");
    assert.notEqual(sayWords(source.label(SETS[id] ?? {})), "");
    assert.equal(source.problem?.(SETS[id], entered), undefined);
    assert.equal(sourceOf(specFor(source).source), source);
  });

  test(`${id} is read back from an address`, () => {
    const address = paramsOf(sourceEntries(source, entered, SETS));
    const read = readSource(address, SETS);
    assert.deepEqual([read.source, read.problems], [source, []]);
    assert.equal(read.entered[source.field?.parameter] ?? "", entered);
  });

  test(`${id} loads what its spec says, and checkpoints keep where it is from`, async () => {
    const data = await openData();
    const spec = specFor(source, 20);
    const { set } = await data.open(spec, MODULE);
    assert.equal(set.images, set.origin ? 786 : 20);
    assert.equal(set.origin ?? id, id);
    assert.equal(set.limit ?? set.images, 20);
    const seed = source.isMadeAgain ? set.seed : undefined;
    const again = specOfCheckpoint({ name: set.name, origin: set.origin, seed, train: 20 });
    // An address is not followed.
    assert.deepEqual(again, id === "url" ? { source: "files", images: 20, set: "bars (example.org)" } : spec);
  });
}

test("the sources have words of their own, and so have their fields", () => {
  const ids = SOURCES.map(({ id }) => id);
  const parameters = SOURCES.flatMap(({ field }) => field?.parameter ?? []);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(new Set(parameters).size, parameters.length);
});

test("what is at hand is told for each source", async () => {
  const data = await openData({ hasMnist: false });
  const sets = await data.sets();
  assert.deepEqual(sets, { synthetic: {}, mnist: { isMissing: true }, url: {}, files: { options: [ENTERED.files] }, mine: { count: 1 } });
  assert.equal(defaultSource(sets).id, "synthetic");
  assert.equal(defaultSource(SETS).id, "mnist");
});

test("own digits that can't be read are none, and hide no other data", async () => {
  const data = await openData();
  await writeFile("digits/pair.idx", Uint8Array.of(1, 2, 3));
  assert.deepEqual((await data.sets()).mine, { count: 0 });
});

test("an address says what it asks for in vain", () => {
  const problemsOf = (query, sets) => readSource(new URLSearchParams(query), sets).problems.join(" ");
  assert.match(problemsOf("data=emnist", SETS), /“emnist”, which does not exist \(there are: synthetic, mnist, url, files, mine\)/);
  assert.match(problemsOf("data=mnist", { mnist: { isMissing: true } }), /asks for MNIST, which this site does not have. Using synthetic data/);
  assert.match(problemsOf("data=files&set=gone", SETS), /the files “gone”, which this browser does not have/);
  assert.equal(problemsOf("data=", SETS), "");
});

test("data that is gone says so, and a source that nobody knows too", async () => {
  const data = await openData({ hasMnist: false });
  for (const spec of [{ source: "mnist" }, { source: "files", set: "other" }, { source: "emnist" }]) {
    await assert.rejects(data.open({ images: 0, ...spec }, MODULE), { code: "data-gone" });
  }
  await assert.rejects(data.open({ source: "url", images: 0, url: "bars" }, MODULE), { code: "invalid-url", values: { text: "bars" } });
});

test("data from an address is listed with it, and deleted", async () => {
  const data = await openData();
  const { release } = await data.open(specFor(sourceOf("url")), MODULE);
  release();
  const kept = await data.kept();
  const titles = kept.map(({ title }) => title);
  assert.deepEqual(titles.sort(), [ENTERED.files, ENTERED.url]);
  const { set, bytes } = kept.find(({ title }) => title === ENTERED.url) ?? {};
  assert.ok(bytes > 2 * 787);
  await data.remove(set);
  assert.deepEqual((await data.kept()).map(({ title }) => title), [ENTERED.files]);
});

test("a download goes on as long as somebody waits for it, and is then ended and forgotten", async () => {
  const data = await openData();
  const { fetch } = globalThis;
  const ended = [];
  globalThis.fetch = (url, { signal }) =>
    new Promise((_, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(ended.push(String(url)) && signal.reason));
    });
  const spec = specFor(sourceOf("url"));
  const [run, preview] = [new AbortController(), new AbortController()];
  const opened = [run, preview].map(({ signal }) => data.open(spec, MODULE, signal).then(() => "loaded", (error) => error.code));
  await new Promise((resolve) => setTimeout(resolve, 20));
  preview.abort(new Error("other data"));
  assert.equal(ended.length, 0);
  run.abort(new Error("stopped"));
  assert.equal(ended.length, 4);
  assert.deepEqual(await Promise.all(opened), ["superseded", "superseded"]);
  globalThis.fetch = fetch;
  await data.open(spec, MODULE);
});

test("own digits are loaded anew once they have changed", async () => {
  const data = await openData();
  const spec = { source: "mine", images: 0 };
  const { set } = await data.open(spec, MODULE);
  assert.equal((await data.open(spec, MODULE)).set, set);
  await new Digits(async () => MODULE).add(new Uint8Array(784), 2);
  assert.notEqual((await data.open(spec, MODULE)).set, set);
});
