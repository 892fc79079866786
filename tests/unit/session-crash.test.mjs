import assert from "node:assert/strict";
import { test } from "node:test";
import { withResolvers } from "../../www/shared/compat.js";
import { coded, setUp } from "./sessions.mjs";

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

test("a module that has crashed is not trained with any more: its error stays uncaught", async () => {
  const { session, log } = setUp({ fail: { 0: coded("crashed") } });
  await session.start();
  await assert.rejects(session.pause(), { code: "crashed" });
  assert.equal(log.includes("failed"), false);
});

/** @param {() => boolean} holds */
async function until(holds) {
  for (let turn = 0; turn < 10_000 && !holds(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(holds(), "it never came to that");
}
