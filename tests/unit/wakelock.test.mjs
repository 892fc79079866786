import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { CurrentRun } from "../../www/page/train/run.js";
import { keepAwake } from "../../www/page/train/wakelock.js";

let run;
let asked;
let held;
let isRefused;

const request = async (kind) => {
  assert.equal(kind, "screen");
  asked += 1;
  if (isRefused) throw new DOMException("battery is low", "NotAllowedError");
  held += 1;
  let isHeld = true;
  return {
    release: async () => {
      if (isHeld) held -= 1;
      isHeld = false;
    },
  };
};

beforeEach(() => {
  asked = held = 0;
  isRefused = false;
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  Object.defineProperty(globalThis, "navigator", { value: { wakeLock: { request } }, configurable: true });
  run = new CurrentRun();
  keepAwake(run);
});

// Its stopwatch would keep the process alive.
afterEach(() => run.reset());

async function enter(...states) {
  for (const state of states) run.receive({ event: "state", state, run: null, message: null });
  await new Promise(setImmediate);
}

async function show(isShown) {
  document.hidden = !isShown;
  document.dispatchEvent(new Event("visibilitychange"));
  await new Promise(setImmediate);
}

test("the screen stays on while a run goes on, by one lock, and no longer", async () => {
  await enter("idle");
  assert.deepEqual([asked, held], [0, 0]);
  await enter("loading", "running", "evaluating", "running");
  assert.deepEqual([asked, held], [1, 1]);
  for (const end of ["paused", "stopped", "finished", "failed"]) {
    await enter("running");
    assert.equal(held, 1);
    await enter(end);
    assert.equal(held, 0);
  }
  assert.equal(asked, 4);
});

test("a page that is shown again takes the lock again, if its run still goes on", async () => {
  await enter("running");
  await show(false);
  assert.equal(held, 0);
  await enter("evaluating", "running");
  assert.equal(asked, 1);
  await show(true);
  assert.deepEqual([asked, held], [2, 1]);
  await show(false);
  await enter("finished");
  await show(true);
  assert.deepEqual([asked, held], [2, 0]);
});

test("a run that ends before the browser has answered holds no lock", async () => {
  await enter("running", "failed");
  assert.deepEqual([asked, held], [1, 0]);
});

test("a refusal changes nothing, and neither does a browser without locks", async () => {
  isRefused = true;
  await enter("running", "evaluating", "running", "finished");
  assert.deepEqual([asked, run.state], [1, "finished"]);
  delete navigator.wakeLock;
  await enter("running", "finished");
  assert.equal(run.state, "finished");
});
