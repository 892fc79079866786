import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { disk, emptyDisk } from "./disk.mjs";
import { Speeds } from "../../www/workers/speeds.js";
import { writeFile } from "../../www/shared/storage.js";

const DAY_MS = 86_400_000;

beforeEach(emptyDisk);

test("what was measured is there at the next visit", async () => {
  await new Speeds().remember("a", { cpu: 1, webgpu: 2 });
  await new Speeds().remember("b", { cpu: 3, webgpu: 4 });
  assert.deepEqual(await new Speeds().recall("a"), { cpu: 1, webgpu: 2 });
  assert.deepEqual(await new Speeds().recall("b"), { cpu: 3, webgpu: 4 });
  assert.equal(await new Speeds().recall("c"), null);
});

test("after a month it is measured again", async () => {
  let now = 0;
  const speeds = new Speeds(() => now);
  await speeds.remember("a", { cpu: 1, webgpu: 2 });
  now = 29 * DAY_MS;
  assert.ok(await speeds.recall("a"));
  now = 30 * DAY_MS;
  assert.equal(await speeds.recall("a"), null);
});

test("a hundred models are remembered, the latest", async () => {
  const speeds = new Speeds();
  for (let i = 0; i <= 100; i += 1) await speeds.remember(`model ${i}`, { cpu: i, webgpu: i });
  assert.equal(await speeds.recall("model 0"), null);
  assert.deepEqual(await speeds.recall("model 100"), { cpu: 100, webgpu: 100 });
});

test("a browser that keeps nothing does not matter", async () => {
  const speeds = new Speeds();
  disk.writes = 0;
  await speeds.remember("a", { cpu: 1, webgpu: 2 });
  disk.writes = Infinity;
  assert.equal(await speeds.recall("a"), null);
});

for (const [what, text] of [
  ["no JSON", "{"],
  ["null", "null"],
  ["other entries", '{"a":{"cpu":1},"b":null}'],
  ["times that are none", '{"a":{"cpu":null,"webgpu":"2","at":0}}'],
]) {
  test(`a file with ${what} is taken for none, and replaced`, async () => {
    await writeFile("speeds.json", new TextEncoder().encode(text));
    assert.equal(await new Speeds().recall("a"), null);
    await new Speeds().remember("a", { cpu: 1, webgpu: 2 });
    assert.deepEqual(await new Speeds().recall("a"), { cpu: 1, webgpu: 2 });
  });
}
