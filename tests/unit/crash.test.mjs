import assert from "node:assert/strict";
import { test } from "node:test";
import { CodedError } from "../../www/shared/protocol.js";
import { CrashWatch, isDeviceFault } from "../../www/workers/crash.js";

const silent = () => new Promise(() => {});

test("a device that never answers is given up after a while", async () => {
  const watch = new CrashWatch(20);
  watch.start();
  await assert.rejects(watch.race(silent()), { code: "device-silent", values: { kind: "device", seconds: 0.02 } });
  assert.equal(await watch.race(Promise.resolve(7)), 7);
});

test("a crash ends what waits, and what comes later", async () => {
  const watch = new CrashWatch(10_000);
  watch.start();
  const waiting = watch.race(silent());
  assert.equal(watch.absorb(new Error("unreachable")), true);
  await assert.rejects(waiting, /unreachable/);
  await assert.rejects(watch.race(silent()), /unreachable/);
});

test("without a device, and for the CPU's errors, nothing is absorbed", () => {
  const watch = new CrashWatch(10_000);
  assert.equal(watch.absorb(new Error("unreachable")), false);
  watch.start();
  const fromCpu = Object.assign(new Error("memory ran out"), { code: "crashed", isDeviceFault: false });
  assert.equal(watch.absorb(fromCpu), false);
  watch.stop();
  assert.equal(watch.absorb(new Error("unreachable")), false);
});

test("errors of ours say whether the device is to blame, and what has no word of it is the device's", () => {
  assert.equal(isDeviceFault(Object.assign(new Error("lost"), { isDeviceFault: true })), true);
  assert.equal(isDeviceFault(new CodedError("download-failed")), false);
  assert.equal(isDeviceFault(new WebAssembly.RuntimeError("unreachable")), true);
  assert.equal(isDeviceFault("a string"), true);
});
