import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceChooser } from "../../www/workers/chooser.js";
import { Engine } from "../../www/workers/engine.js";
import { fakeSpeeds, plain } from "./fakes.mjs";

const REAL = { usable: true, software: false, description: "Test GPU", code: null, detail: null, reason: null };
const STROKES = [{ points: Float32Array.of(1, 2), width: 3 }];

/** An engine whose devices take so many milliseconds for a digit; `log` tells what they did. */
async function setUp({ device = "auto", cpu = 1, webgpu = 1, probe = REAL, fail, known, missing, measure = false } = {}) {
  const clock = { now: 0 };
  const around = { log: [], reasons: [], freed: 0, speeds: fakeSpeeds(known) };
  const classifier = (kind, takes) => ({
    config: { width: 8 },
    deviceInfo: { kind, name: kind === "cpu" ? "CPU" : "WebGPU", description: "", fallback: null },
    free: () => (around.freed += 1),
    classify: async () => {
      around.log.push(kind);
      if (kind === "webgpu" && fail) return fail(around.engine);
      clock.now += takes;
      return { digit: kind };
    },
  });
  const module = (kind, takes) => ({
    Classifier: { load: async () => classifier(kind, takes) },
    probeWebGpu: async () => probe,
  });
  const load = async (build) => {
    if (build === "webgpu") around.log.push("download");
    if (build === "webgpu" && missing) throw Object.assign(new Error(missing), { code: "not-built" });
    return { module: module(build, build === "cpu" ? cpu : webgpu), memory: {}, note: null };
  };
  around.engine = new Engine({
    chooser: (onWait) => new DeviceChooser({ load, onWait, speeds: around.speeds, patience: 10_000 }),
    device,
    source: Promise.resolve({ preset: "default", weights: new Uint8Array(0) }),
    onDevice: (state) => {
      around.reasons.push(state.reason);
      around.onDevice?.(state);
    },
    measure,
    now: () => clock.now,
  });
  await around.engine.start();
  around.state = async () => {
    await around.engine.takeOver();
    const { kind, reason, pending } = around.engine.state;
    assert.equal(pending, false);
    return `${kind}: ${plain(reason)}`;
  };
  return around;
}

test("auto stays with the CPU where that reads faster, and lets the GPU go", async () => {
  const around = await setUp({ cpu: 0.7, webgpu: 3.1 });
  assert.equal(await around.state(), "cpu: The CPU reads a digit in 0.7 ms, WebGPU in 3.1 ms.");
  assert.equal(around.freed, 1);
  assert.deepEqual(await around.engine.classify(STROKES), { digit: "cpu" });
});

test("auto takes the GPU where that reads faster, and says how much", async () => {
  const around = await setUp({ cpu: 12, webgpu: 3 });
  assert.equal(await around.state(), "webgpu: WebGPU reads a digit in 3.0 ms, the CPU in 12 ms.");
  assert.equal(around.freed, 0);
  assert.deepEqual(await around.engine.classify(STROKES), { digit: "webgpu" });
});

test("where the CPU is known to be faster, nothing is downloaded or measured", async () => {
  const first = await setUp({ cpu: 1, webgpu: 2 });
  await first.state();
  const second = await setUp({ known: first.speeds.kept });
  assert.equal(await second.state(), "cpu: The CPU reads a digit in 1.0 ms, WebGPU in 2.0 ms.");
  assert.deepEqual(second.log, []);
});

test("where the GPU is known to be faster, it is taken without measuring", async () => {
  const first = await setUp({ cpu: 2, webgpu: 1 });
  await first.state();
  const second = await setUp({ known: first.speeds.kept });
  assert.equal(await second.state(), "webgpu: WebGPU reads a digit in 1.0 ms, the CPU in 2.0 ms.");
  assert.deepEqual(second.log, ["download"]);
});

test("another adapter is measured, and so is one that is to be measured anew", async () => {
  const first = await setUp({ cpu: 1, webgpu: 2 });
  await first.state();
  const other = { ...REAL, description: "Other GPU" };
  for (const change of [{ probe: other }, { measure: true }]) {
    const second = await setUp({ cpu: 4, webgpu: 3, known: first.speeds.kept, ...change });
    assert.match(await second.state(), /^webgpu: WebGPU reads a digit in 3.0 ms/);
  }
});

test("WebGPU asked for is taken without measuring", async () => {
  const around = await setUp({ device: "webgpu", cpu: 1, webgpu: 9 });
  assert.equal(await around.state(), "webgpu: ");
  assert.deepEqual(around.log, ["download"]);
});

test("a software adapter is left alone without measuring", async () => {
  const around = await setUp({ probe: { ...REAL, software: true, code: "software-adapter", reason: "only software" } });
  assert.equal(await around.state(), "cpu: Only software.");
  assert.deepEqual(around.log, []);
});

test("a GPU that fails while it is measured leaves the CPU, and nothing is remembered", async () => {
  for (const fail of [
    async () => { throw new Error("lost"); },
    // A panic: the promise never settles.
    (engine) => {
      setTimeout(() => engine.absorb(new Error("lost")));
      return new Promise(() => {});
    },
  ]) {
    const around = await setUp({ fail });
    assert.equal(await around.state(), "cpu: WebGPU could not be started: lost.");
    assert.equal(around.speeds.kept.size, 0);
  }
});

test("the CPU answers what is drawn while the devices are compared", async () => {
  const around = await setUp({ cpu: 2, webgpu: 1 });
  let answer;
  around.onDevice = ({ reason }) => {
    if (reason?.key === "wait.comparison") setTimeout(async () => (answer = await around.engine.classify(STROKES)));
  };
  await around.state();
  assert.deepEqual(answer, { digit: "cpu" });
});

test("a GPU that fails later hands the drawing to the CPU; what is wrong with a drawing is said", async () => {
  let error = Object.assign(new Error("not strokes"), { code: "invalid-argument", isDeviceFault: false });
  const around = await setUp({ device: "webgpu", fail: async () => { throw error; } });
  assert.equal(await around.state(), "webgpu: ");
  await assert.rejects(around.engine.classify(STROKES), /not strokes/);
  assert.equal(around.engine.state.kind, "webgpu");
  error = new Error("unreachable");
  assert.deepEqual(await around.engine.classify(STROKES), { digit: "cpu" });
  assert.equal(plain(around.engine.state.reason), "WebGPU failed: unreachable.");
});

test("while WebGPU is being compiled the CPU reads, and says just that", async () => {
  const around = await setUp({ missing: "The WebGPU build is still being compiled on this machine" });
  assert.equal(await around.state(), "cpu: The WebGPU build is still being compiled on this machine.");
  assert.deepEqual(await around.engine.classify(STROKES), { digit: "cpu" });
});
