import assert from "node:assert/strict";
import { test } from "node:test";
import { withResolvers } from "../../www/shared/compat.js";
import { Session } from "../../www/workers/train/session.js";

const PER_EPOCH = 4;
const coded = (code) => Object.assign(new Error(code), { code });

/** A trainer of 8 steps in 2 epochs; `fail` maps a step to what it throws. */
function fakeTrainer(clock, { step = 0, evaluations = [], fail = {}, perStep = 60, device = "cpu" } = {}) {
  let last = Promise.resolve();
  const trainer = {
    freed: 0,
    readers: 0,
    counts: [],
    deviceInfo: { kind: device },
    going: 0,
    mostGoing: 0,
    history: { evaluations },
    get position() {
      const epoch = Math.floor(step / PER_EPOCH);
      return { step, steps: 8, epoch, epochs: 2, stepsPerEpoch: PER_EPOCH, learningRate: 0.1, done: step === 8 };
    },
    step(count) {
      trainer.mostGoing = Math.max(trainer.mostGoing, ++trainer.going);
      const work = last.then(() => trainer.steps(count)).finally(() => (trainer.going -= 1));
      last = work.catch(() => {});
      return work;
    },
    async steps(count) {
      await null;
      trainer.counts.push(count);
      const losses = [];
      do {
        if (fail[step]) throw fail[step];
        step += 1;
        clock.now += perStep;
        losses.push(step);
      } while (losses.length < count && step % PER_EPOCH > 0);
      const series = Float32Array.from(losses);
      return { ...this.position, losses: series, accuracies: series, learningRates: series, images: 10 * losses.length, milliseconds: 1 };
    },
    async evaluate({ set, signal }) {
      for (let i = 0; i < 5; i += 1) await null;
      signal.throwIfAborted();
      return { set, step, accuracy: 0.5 };
    },
    checkpoint: async () => Uint8Array.of(step),
    classifier: () => {
      trainer.readers += 1;
      return { classify: async () => ({ digit: step }), free: () => (trainer.readers -= 1) };
    },
    free: () => (trainer.freed += 1),
  };
  return trainer;
}

/** A session with all that is around it; `log` tells the states and evaluations in order. */
function setUp(options = {}, { replacement = null } = {}) {
  const clock = { now: 0 };
  const trainer = fakeTrainer(clock, options);
  const around = { clock, trainer, crash: withResolvers(), log: [], events: [], stored: [], released: 0, full: false, onEvent: () => {} };
  const post = (event) => {
    around.events.push(event);
    if (event.event === "state") around.log.push(event.state);
    if (event.event === "evaluation") around.log.push(`${event.evaluation.set} ${event.evaluation.step}`);
    around.onEvent(event);
  };
  const store = async (run, checkpoint) => {
    if (around.full) throw coded("storage-full");
    around.stored.push({ status: run.status, name: run.name, step: checkpoint?.[0] });
  };
  const run = { id: "a", name: "A", spec: { name: "A" }, loss: null, created: 0 };
  around.session = new Session({
    run, trainer, post, store,
    now: () => clock.now,
    memory: () => 1,
    orCrash: (work) => Promise.race([work, around.crash.promise]),
    replace: async () => replacement && fakeTrainer(clock, replacement),
    release: () => (around.released += 1),
  });
  around.until = (state) => new Promise((resolve) => {
    around.onEvent = (event) => event.state === state && resolve();
  });
  return around;
}

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
  assert.deepEqual(events.filter(({ event }) => event === "storage").map(({ problem }) => problem), ["storage-full"]);
  around.full = false;
  await until("finished");
  assert.deepEqual(events.filter(({ event }) => event === "storage").map(({ problem }) => problem), ["storage-full", null]);
});

test("a loss that is not finite fails the run, and its last good state is kept", async () => {
  const { session, events, stored, until } = setUp({ fail: { 2: coded("non-finite-loss") } }, { replacement: {} });
  const failed = until("failed");
  await session.start();
  await failed;
  assert.equal(events.at(-1).message, "non-finite-loss");
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

test("a device that crashes while a checkpoint is read is replaced, and the run goes on", async () => {
  const around = setUp({}, { replacement: { step: 2, device: "cpu" } });
  const { session, trainer } = around;
  await session.start();
  // From now on it never answers, as after a panic.
  let isAsked = false;
  trainer.checkpoint = () => {
    isAsked = true;
    return new Promise(() => {});
  };
  around.clock.now += 20_000;
  await until(() => isAsked);
  around.crash.reject(new Error("unreachable"));
  around.crash = withResolvers();
  await until(() => session.state === "finished");
  assert.equal(around.stored.at(-1).step, 8);
});

test("a device that crashes in the last save is replaced, and the run is saved", async () => {
  const around = setUp({ step: 8, evaluations: [{ set: "validation", step: 8 }, { set: "test", step: 8 }] }, { replacement: { step: 8, evaluations: [{ set: "validation", step: 8 }, { set: "test", step: 8 }] } });
  const { session, trainer } = around;
  const { checkpoint } = trainer;
  let reads = 0;
  trainer.checkpoint = () => (++reads === 1 ? checkpoint() : new Promise(() => {}));
  await session.start();
  await until(() => reads === 2);
  around.crash.reject(new Error("unreachable"));
  around.crash = withResolvers();
  await until(() => session.state === "finished");
  assert.equal(session.run.active, false);
  assert.equal(around.stored.at(-1).status, "finished");
});

test("an export of a device that crashes is refused, and does not wait for ever", async () => {
  const around = setUp();
  around.trainer.weights = () => new Promise(() => {});
  const exported = around.session.export("float32");
  around.crash.reject(new Error("unreachable"));
  await assert.rejects(exported, /unreachable/);
});

/** @param {() => boolean} holds */
async function until(holds) {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(holds(), "it never came to that");
}
