import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { CurrentRun, PATIENCE_SECONDS } from "../../www/page/train/run.js";
import { withResolvers } from "../../www/shared/compat.js";
import { coded } from "./sessions.mjs";

const PARTS = ["state", "info", "record", "evaluation", "change"];

/** @type {CurrentRun} */
let run;
/** What was fired since it was last looked at. */
let fired = [];

beforeEach(() => {
  run = new CurrentRun();
  fired = [];
  for (const part of PARTS) run.addEventListener(part, () => fired.push(part));
});

// Its stopwatch would keep the process alive.
afterEach(() => run.reset());

const takeFired = () => fired.splice(0).join(" ");
const positionAt = (step) => ({ step, steps: 8, stepsPerEpoch: 4 });
const infoAt = (step, rest) => ({ id: "a", name: "A", position: positionAt(step), ...rest });
const FULL = { key: "error.storage-full" };
const series = (length, value = 1) => new Float32Array(length).fill(value);

function enter(state, info = null, message = null) {
  run.receive({ event: "state", state, run: info, message });
}

/** As many steps as lead to this one. */
function step(to, { from = to - 1, loss = 1 } = {}) {
  const losses = series(to - from, loss);
  run.receive({ event: "steps", position: positionAt(to), losses, accuracies: losses, learningRates: losses, imagesPerSecond: 50, secondsLeft: 8 - to, memory: 1 });
}

function evaluate(set, at) {
  run.receive({ event: "evaluation", evaluation: { set, step: at, loss: 1, accuracy: 0.5 } });
}

for (const [state, ...answers] of [
  ["idle"],
  ["loading", "isBusy", "isLearning", "canStop", "mayBeLost"],
  ["running", "isBusy", "isLearning", "canPause", "canStop", "mayBeLost"],
  ["evaluating", "isBusy", "isLearning", "canPause", "canStop", "mayBeLost"],
  ["pausing", "isBusy", "isLearning", "canStop", "mayBeLost"],
  ["paused", "isPaused", "isLearning", "canStop"],
  ["stopping", "isBusy", "isLearning", "mayBeLost"],
  ["stopped"],
  ["finished"],
  ["failed"],
]) {
  test(`${state} means ${answers.join(", ") || "that there is nothing to pause, stop or lose"}`, () => {
    enter(state);
    const asked = ["isBusy", "isPaused", "isLearning", "canPause", "canStop", "mayBeLost"];
    assert.deepEqual(asked.filter((each) => run[each]), answers);
  });
}

test("a run is followed from its loading to its end", () => {
  run.begin("A");
  assert.deepEqual([run.state, run.name, run.id, run.share], ["loading", "A", undefined, 0]);
  enter("loading", null, { key: "wait.data" });
  assert.equal(run.message.key, "wait.data");
  enter("running", infoAt(0));
  assert.deepEqual([run.message, run.id], [null, "a"]);
  step(2);
  assert.deepEqual([run.position.step, run.share, run.speed.imagesPerSecond], [2, 0.25, 50]);
  run.receive({ event: "saved", run: infoAt(2, { saved: 5 }) });
  assert.equal(run.info.saved, 5);
  evaluate("validation", 2);
  assert.equal(run.evaluation.step, 2);
  enter("finished", infoAt(8, { status: "finished" }));
  assert.deepEqual([run.state, run.share, run.info.status], ["finished", 1, "finished"]);
});

test("a run that fails says why until its state changes", () => {
  enter("failed", infoAt(3), { key: "error.non-finite-loss" });
  assert.equal(run.error.key, "error.non-finite-loss");
  enter("failed");
  assert.equal(run.error.key, "run.failed");
  run.begin("B");
  assert.equal(run.error, undefined);
});

test("a command that is refused leaves the run as it was", () => {
  enter("running", infoAt(0));
  run.refuse(coded("not-running"));
  step(1);
  assert.deepEqual([run.state, run.error.key], ["running", "error.not-running"]);
  enter("evaluating");
  assert.equal(run.error, undefined);
});

test("a run that cannot be loaded fails, and one that is cancelled does not", () => {
  run.begin("A");
  run.fail(coded("data-gone"));
  assert.deepEqual([run.state, run.error.key], ["failed", "error.data-gone"]);
  run.begin("A");
  run.fail(coded("superseded"));
  assert.deepEqual([run.state, run.error], ["idle", undefined]);
});

test("a crash of the worker ends the run, and says what is kept", () => {
  enter("running", infoAt(0));
  step(1);
  run.crash(coded("worker-crashed"));
  assert.equal(run.state, "failed");
  assert.deepEqual([run.error.key, run.error.values.why.key], ["run.crashed", "error.worker-crashed"]);
  assert.deepEqual([run.isLearning, run.record.length, run.id], [false, 1, "a"]);
});

test("a crash of a run that could not be kept says what is lost", () => {
  const run = new CurrentRun();
  run.begin("A");
  run.receive({ event: "storage", problem: { key: "error.storage-full" } });
  run.crash(coded("worker-crashed"));
  assert.equal(run.error.key, "run.crashed-unkept");
});

for (const by of ["crash", "fail", "refuse"]) {
  test(`a worker that can't be loaded, told by ${by}, comes with advice`, () => {
    run[by](coded("worker-broken"));
    assert.deepEqual([run.error.key, run.error.values.why.key], ["run.broken", "error.worker-broken"]);
  });
}

test("a worker that was ended is told of once, whatever waited for it", () => {
  enter("running", infoAt(0));
  run.crash(coded("terminated"));
  run.refuse(coded("terminated"));
  run.fail(coded("terminated"));
  assert.deepEqual([run.state, run.error.key, run.error.values.why.key], ["failed", "run.crashed", "error.terminated"]);
});

test("a command shows until the worker has heard of it, and is overdue where it stays unanswered", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  enter("running", infoAt(0));
  const [pause, stop] = [withResolvers(), withResolvers()];
  const paused = run.waitFor(pause.promise, "pausing");
  assert.deepEqual([run.state, run.stateAhead, run.isOverdue], ["running", "pausing", false]);
  mock.timers.tick(1_000 * PATIENCE_SECONDS - 1);
  assert.equal(run.isOverdue, false);
  const stopped = run.waitFor(stop.promise, "stopping");
  assert.equal(run.stateAhead, "stopping");
  takeFired();
  mock.timers.tick(1);
  assert.deepEqual([run.isOverdue, takeFired()], [true, "change"]);
  pause.reject(coded("not-running"));
  await assert.rejects(paused, { code: "not-running" });
  assert.equal(run.isOverdue, false);
  enter("stopping");
  assert.equal(run.stateAhead, "stopping");
  stop.resolve("answer");
  assert.equal(await stopped, "answer");
  mock.timers.tick(1_000 * PATIENCE_SECONDS);
  assert.equal(run.isOverdue, false);
  mock.timers.reset();
});

test("a run whose checkpoints can't be kept may be lost after its end, until one is kept", () => {
  enter("running", infoAt(0));
  run.receive({ event: "storage", problem: FULL });
  enter("stopped", infoAt(1));
  assert.deepEqual([run.isKept, run.mayBeLost, run.storageProblem], [false, true, FULL]);
  run.receive({ event: "storage", problem: null });
  assert.deepEqual([run.isKept, run.mayBeLost], [true, false]);
});

test("a resumed run has the curves of its checkpoint, and goes on from there", () => {
  run.begin("A");
  const past = series(4, 2);
  const evaluations = [{ set: "validation", step: 4, loss: 1, accuracy: 0.5 }];
  run.recall({ history: { losses: past, accuracies: past, learningRates: past, evaluations }, position: positionAt(4) });
  assert.deepEqual([run.record.length, run.record.of("validation").length, run.evaluation], [4, 1, undefined]);
  enter("running", infoAt(4));
  assert.equal(run.share, 0.5);
  step(5);
  assert.deepEqual(run.record.rows.map((row) => [row.step, row.loss]), [[4, 2], [5, 1]]);
});

test("steps that were made before take the place of the old ones", () => {
  enter("running", infoAt(0));
  step(6, { from: 0 });
  evaluate("validation", 4);
  step(3, { from: 2, loss: 5 });
  assert.deepEqual([run.record.length, run.record.evaluations, run.position.step], [3, [], 3]);
});

test("a run that begins, and a reset, forget the one before", () => {
  for (const forget of [() => run.begin("B"), () => run.reset()]) {
    enter("running", infoAt(0));
    run.receive({ event: "device", device: { name: "CPU" } });
    run.receive({ event: "storage", problem: FULL });
    step(1);
    evaluate("test", 1);
    enter("paused", infoAt(1));
    forget();
    assert.deepEqual([run.id, run.position, run.speed, run.device, run.evaluation, run.elapsed], Array(6).fill(undefined));
    assert.deepEqual([run.record.length, run.share, run.isKept], [0, 0, true]);
  }
  assert.deepEqual([run.state, run.name], ["idle", ""]);
});

test("a download lasts until it is complete, or the state changes", () => {
  const download = (loaded) => run.receive({ event: "download", file: "cpu.wasm", loaded, total: 9 });
  download(3);
  assert.equal(run.download.loaded, 3);
  download(9);
  assert.equal(run.download, undefined);
  download(3);
  enter("idle");
  assert.equal(run.download, undefined);
});

test("the elapsed time leaves pauses out", () => {
  let now = 0;
  const clock = mock.method(performance, "now", () => now);
  run.begin("A");
  assert.equal(run.elapsed, undefined);
  now = 4000;
  enter("paused");
  assert.equal(run.elapsed, 4);
  now = 9000;
  enter("running");
  now = 11_000;
  enter("finished");
  assert.equal(run.elapsed, 6);
  clock.mock.restore();
});

test("each change fires the parts that it is of, and steps no costly one but the record", () => {
  run.begin("A");
  assert.equal(takeFired(), "info state record evaluation change");
  enter("loading", null, { key: "wait.run" });
  assert.equal(takeFired(), "state change");
  enter("running", infoAt(0));
  assert.equal(takeFired(), "info state change");
  step(1);
  assert.equal(takeFired(), "record change");
  evaluate("validation", 1);
  assert.equal(takeFired(), "record evaluation change");
  run.receive({ event: "saved", run: infoAt(1) });
  assert.equal(takeFired(), "info change");
  run.receive({ event: "storage", problem: null });
  run.receive({ event: "device", device: { name: "CPU" } });
  run.refuse(coded("not-running"));
  assert.equal(takeFired(), "change change change");
});
