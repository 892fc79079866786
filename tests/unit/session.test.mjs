import assert from "node:assert/strict";
import { test } from "node:test";
import { coded, setUp } from "./sessions.mjs";

test("a run evaluates each epoch, tests once at the end, and is saved", async () => {
  const { session, log, stored, events, until, trainer } = setUp();
  const finished = until("finished");
  await session.start();
  await finished;
  assert.deepEqual(log, ["running", "evaluating", "validation 4", "running", "evaluating", "validation 8", "evaluating", "test 8", "finished"]);
  assert.deepEqual(stored.map(({ status, step }) => `${status} ${step}`), ["running 0", "running 4", "running 8", "finished 8"]);
  const losses = events.filter(({ event }) => event === "steps").flatMap((each) => [...each.losses]);
  assert.deepEqual(losses, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(session.run.active, false);
  assert.equal(session.run.testAccuracy, 0.5);
  assert.equal(trainer.freed, 0);
});

test("a pause comes after the present step, is saved, and can be continued", async () => {
  const { session, stored, until, trainer } = setUp();
  await session.start();
  await session.pause();
  const { step } = trainer.position;
  assert.ok(step < 8);
  assert.deepEqual(stored.at(-1), { status: "paused", name: "A", step });
  await session.pause();
  const finished = until("finished");
  await session.continue();
  await finished;
  await assert.rejects(session.pause(), { code: "not-running" });
  await assert.rejects(session.continue(), { code: "not-paused" });
});

test("a pause interrupts an evaluation, which is made up for", async () => {
  const { session, log, until } = setUp({ step: 4 });
  const evaluating = until("evaluating");
  await session.start();
  await evaluating;
  await session.pause();
  assert.deepEqual(log, ["running", "evaluating", "pausing", "paused"]);
  const finished = until("finished");
  await session.continue();
  await finished;
  assert.deepEqual(log.filter((each) => /\d/.test(each)), ["validation 4", "validation 8", "test 8"]);
});

test("what was evaluated before is not evaluated again", async () => {
  const { session, log, until } = setUp({ step: 4, evaluations: [{ set: "validation", step: 4 }] });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.deepEqual(log.filter((each) => /\d/.test(each)), ["validation 8", "test 8"]);
});

for (const from of ["running", "paused"]) {
  test(`stop ends a run that is ${from}: evaluated, saved, and free for other tabs`, async () => {
    const around = setUp();
    const { session, log, stored, trainer } = around;
    await session.start();
    if (from === "paused") await session.pause();
    await session.stop();
    const { step } = trainer.position;
    assert.deepEqual(log.slice(-5), ["evaluating", `validation ${step}`, "evaluating", `test ${step}`, "stopped"]);
    assert.equal(stored.at(-1).status, "stopped");
    assert.equal(session.run.active, false);
    assert.equal(around.released, 1);
  });
}

test("checkpoints are written every 15 seconds", async () => {
  const { session, stored, until } = setUp({ perStep: 8_000 });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.deepEqual(stored.map(({ step }) => step), [0, 2, 4, 4, 6, 8, 8, 8]);
});

test("fast steps are made several at a time, slow ones one by one", async () => {
  for (const [perStep, counts] of [[10, [1, 2, 4, 8]], [300, Array(8).fill(1)]]) {
    const { session, trainer, until } = setUp({ perStep });
    const finished = until("finished");
    await session.start();
    await finished;
    assert.deepEqual(trainer.counts, counts);
  }
});

test("full storage is said once, training goes on, and the next checkpoint is tried", async () => {
  const around = setUp({ perStep: 8_000 });
  const { session, events, until } = around;
  around.full = true;
  const finished = until("evaluating");
  await session.start();
  await finished;
  const problems = () => events.filter(({ event }) => event === "storage").map(({ problem }) => problem?.key);
  assert.deepEqual(problems(), ["error.storage-full"]);
  around.full = false;
  await until("finished");
  assert.deepEqual(problems(), ["error.storage-full", undefined]);
});

test("a loss that is not finite fails the run, and its last good state is kept", async () => {
  const { session, events, stored, until } = setUp({ fail: { 2: coded("non-finite-loss") } }, { replacement: {} });
  const failed = until("failed");
  await session.start();
  await failed;
  assert.equal(events.at(-1).message.key, "error.non-finite-loss");
  assert.deepEqual(stored.at(-1), { status: "failed", name: "A", step: 2 });
  assert.equal(session.run.active, false);
  assert.equal((await session.classify([]))?.digit, 2);
});

test("a trainer that fails is replaced, and the run goes on from its checkpoint", async () => {
  const { session, log, until, trainer } = setUp({ fail: { 6: coded("device-lost") } }, { replacement: { step: 4 } });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.notEqual(session.trainer, trainer);
  assert.deepEqual(log.filter((each) => /\d/.test(each)), ["validation 4", "validation 4", "validation 8", "test 8"]);
});

test("a graphics card makes steps while losses are read, but none beyond an epoch's end", async () => {
  const { session, log, stored, events, until, trainer } = setUp({ device: "webgpu", perStep: 10 });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.equal(trainer.mostGoing, 2);
  assert.deepEqual(log.filter((each) => /\d/.test(each)), ["validation 4", "validation 8", "test 8"]);
  assert.deepEqual(stored.map(({ status, step }) => `${status} ${step}`), ["running 0", "running 4", "running 8", "finished 8"]);
  const losses = events.filter(({ event }) => event === "steps").flatMap((each) => [...each.losses]);
  assert.deepEqual(losses, [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("slow steps on a graphics card are made one by one", async () => {
  const { session, until, trainer } = setUp({ device: "webgpu", perStep: 300 });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.equal(trainer.mostGoing, 1);
});

test("a pause on a graphics card awaits the steps under way", async () => {
  const { session, stored, trainer } = setUp({ device: "webgpu", perStep: 10 });
  await session.start();
  await session.pause();
  assert.equal(trainer.going, 0);
  assert.equal(session.run.position.step, trainer.position.step);
  assert.equal(stored.at(-1).step, trainer.position.step);
});

test("a graphics card that fails is replaced, steps under way or not", async () => {
  const { session, log, until } = setUp({ device: "webgpu", perStep: 10, fail: { 6: coded("device-lost") } }, { replacement: { step: 4 } });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.deepEqual(log.filter((each) => /\d/.test(each)), ["validation 4", "validation 4", "validation 8", "test 8"]);
});

test("a graphics card that computes something else is replaced before that is saved", async () => {
  const { session, until, trainer, stored } = setUp({ device: "webgpu", perStep: 10, driftsFrom: 4 }, { replacement: {} });
  const finished = until("finished");
  await session.start();
  await finished;
  assert.notEqual(session.trainer, trainer);
  assert.deepEqual(trainer.saved, [0]);
  assert.equal(stored.at(-1).step, 8);
});

test("answers come from the present weights, and old readers are freed", async () => {
  const { session, trainer } = setUp();
  await session.start();
  await session.pause();
  const { step } = trainer.position;
  assert.equal((await session.classify([]))?.digit, step);
  await session.classify([]);
  assert.equal(trainer.readers, 1);
  await session.stop();
  await session.classify([]);
  assert.equal(trainer.readers, 1);
  await session.close();
  assert.deepEqual([trainer.readers, trainer.freed], [0, 1]);
});

test("closing a run that is going on pauses it in storage, frees it and lets go of it", async () => {
  const around = setUp();
  await around.session.start();
  await around.session.close();
  assert.equal(around.stored.at(-1).status, "paused");
  assert.deepEqual([around.trainer.freed, around.released], [1, 1]);
});

test("a new name outlives the checkpoint that is being written", async () => {
  const { session, stored } = setUp();
  await session.start();
  await session.rename("B");
  await session.pause();
  assert.equal(stored.at(-1).name, "B");
  assert.equal(session.run.name, "B");
});
