import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { disk, emptyDisk } from "./disk.mjs";
import { deleteRun, listRuns, readCheckpoint, saveRun } from "../../www/shared/train/store.js";
import { writeFile } from "../../www/shared/storage.js";

beforeEach(emptyDisk);

const run = (id) => ({
  id,
  name: `run ${id}`,
  status: "finished",
  created: 1,
  saved: 2,
  bytes: 3,
  data: "MNIST",
  spec: { data: { source: "mnist" } },
  position: { step: 1, steps: 1 },
});

test("a stray file and a damaged entry hide no other run, and can be deleted", async () => {
  await saveRun(run("a"));
  await writeFile("runs/stray.txt", new Uint8Array([1]));
  await writeFile("runs/b/run.json", new TextEncoder().encode("{"));
  const statuses = async () => Object.fromEntries((await listRuns()).map(({ id, status }) => [id, status]));
  assert.deepEqual(await statuses(), { a: "finished", b: "damaged", "stray.txt": "damaged" });
  await deleteRun("stray.txt");
  await deleteRun("b");
  assert.deepEqual(await statuses(), { a: "finished" });
});

test("nothing is listed of a run that could not be saved once, and the last save of another stays", async () => {
  await saveRun(run("a"), Uint8Array.of(1));
  for (const writes of [0, 1]) {
    disk.writes = writes;
    await assert.rejects(saveRun(run("b"), Uint8Array.of(2)), { code: "storage-full" });
    disk.writes = writes;
    await assert.rejects(saveRun({ ...run("a"), saved: 9 }, Uint8Array.of(3)), { code: "storage-full" });
  }
  assert.deepEqual((await listRuns()).map(({ id, saved }) => [id, saved]), [["a", 2]]);
  assert.deepEqual(await readCheckpoint("a"), Uint8Array.of(1));
  await assert.rejects(readCheckpoint("b"), { code: "no-checkpoint" });
});
