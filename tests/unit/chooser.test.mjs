import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceChooser } from "../../www/workers/chooser.js";
import { contestOf } from "../../www/workers/train/contest.js";
import { fakeSpeeds, plain } from "./fakes.mjs";

const REAL = { usable: true, software: false, description: "Test GPU", code: null, detail: null, reason: null };
const coded = (code) => Object.assign(new Error(code), { code, isDeviceFault: false });

/** Devices whose steps take so many milliseconds; `fail` and `hang` are about the GPU's steps. */
function setUp({ cpu = 1, webgpu = 1, probe = REAL, fail, hang, known, missing = {}, note = null } = {}) {
  const clock = { now: 0 };
  const around = { loaded: [], waits: [], steps: { cpu: [], webgpu: [] }, alive: 0, speeds: fakeSpeeds(known) };
  const takes = { cpu, webgpu };
  const trainer = (kind, recipe) => {
    around.alive += 1;
    let first = true;
    return {
      recipe,
      deviceInfo: { kind, fallback: null },
      free: () => (around.alive -= 1),
      step: async (count, signal) => {
        signal.throwIfAborted();
        around.onStep?.(kind);
        if (kind === "webgpu" && fail) throw fail;
        if (kind === "webgpu" && hang) return hang(around.devices);
        around.steps[kind].push(count);
        clock.now += count * takes[kind] + (first ? 1000 : 0);
        first = false;
        return { losses: new Float32Array(count) };
      },
    };
  };
  const load = async (kind, failures) => {
    around.loaded.push(failures ? `${kind} ${failures}` : kind);
    if (missing[kind]) throw Object.assign(new Error(missing[kind]), { code: "not-built" });
    const module = {
      probeWebGpu: async () => probe,
      preset: () => ({ config: { width: 8, heads: 2 }, recipe: { batch: 64, epochs: 1 } }),
      DataSet: {
        synthetic: () => {
          around.alive += 1;
          return { free: () => (around.alive -= 1) };
        },
      },
      Trainer: { create: async ({ device, recipe }) => trainer(device, recipe) },
    };
    return { module, memory: {}, note };
  };
  around.devices = new DeviceChooser({ load, onWait: (what) => around.waits.push(plain(what)), speeds: around.speeds, patience: 10_000 });
  around.open = async ({ device = "auto", config = {}, recipe = {}, measure = false, signal = new AbortController().signal } = {}) => {
    const options = () => ({ preset: "default", config, recipe });
    const contest = contestOf(around.devices, options, { measure, signal, now: () => clock.now });
    const job = { prepare: async () => null, make: async (_module, _data, kind) => trainer(kind, recipe), release: () => {}, contest };
    const opened = await around.devices.open(device, job, signal);
    // All but the trainer of the run is gone.
    assert.equal(around.alive, hang ? 3 : 1);
    return `${opened.made.deviceInfo.kind}: ${plain(opened.reason)}`;
  };
  return around;
}

test("auto trains on the GPU where its steps are faster, and says how much", async () => {
  const around = setUp({ cpu: 127, webgpu: 35 });
  assert.equal(await around.open(), "webgpu: WebGPU takes 35 ms for a step of 64 images, the CPU 127 ms.");
  assert.ok(around.waits.includes("Comparing WebGPU with the CPU …"));
});

test("auto trains on the CPU where its steps are faster", async () => {
  const around = setUp({ cpu: 5, webgpu: 20 });
  assert.equal(await around.open({ recipe: { batch: 8 } }), "cpu: The CPU takes 5.0 ms for a step of 8 images, WebGPU 20 ms.");
});

test("on an address that hides the GPU the address is to blame, and not the browser", async () => {
  const probe = { ...REAL, usable: false, code: "no-webgpu", reason: "this browser has no WebGPU" };
  globalThis.isSecureContext = false;
  assert.match(await setUp({ probe }).open({ device: "webgpu" }), /^cpu: This address is http: .* no GPU here; use https or localhost\.$/);
  globalThis.isSecureContext = true;
  assert.equal(await setUp({ probe }).open(), "cpu: This browser has no WebGPU.");
});

test("short steps are timed several at a time, long ones once", async () => {
  const around = setUp({ cpu: 900, webgpu: 30 });
  await around.open();
  assert.deepEqual(around.steps, { cpu: [1, 1], webgpu: [1, 1, 3, 3, 3] });
});

test("where the CPU is known to be faster, the GPU's build is not even loaded", async () => {
  const first = setUp({ cpu: 1, webgpu: 2 });
  await first.open();
  const second = setUp({ known: first.speeds.kept });
  assert.equal(await second.open(), "cpu: The CPU takes 1.0 ms for a step of 64 images, WebGPU 2.0 ms.");
  assert.deepEqual(second.loaded, ["cpu"]);
});

test("where the GPU is known to be faster, it is taken without measuring", async () => {
  const first = setUp({ cpu: 2, webgpu: 1 });
  await first.open();
  const second = setUp({ known: first.speeds.kept });
  assert.match(await second.open(), /^webgpu: WebGPU takes 1.0 ms/);
  assert.deepEqual(second.steps, { cpu: [], webgpu: [] });
});

test("another model, batch or adapter is measured, and what is to be measured anew", async () => {
  const first = setUp({ cpu: 1, webgpu: 2 });
  await first.open();
  for (const [change, options] of [
    [{}, { config: { width: 16 } }],
    [{}, { recipe: { batch: 32 } }],
    [{ probe: { ...REAL, description: "Other GPU" } }, {}],
    [{}, { measure: true }],
  ]) {
    const second = setUp({ cpu: 4, webgpu: 3, known: new Map(first.speeds.kept), ...change });
    assert.match(await second.open(options), /^webgpu: WebGPU takes 3.0 ms/);
  }
  // The same, spelt out.
  const same = setUp({ cpu: 4, webgpu: 3, known: first.speeds.kept });
  assert.match(await same.open({ config: { heads: 2 }, recipe: { batch: 64 } }), /^cpu: The CPU takes 1.0 ms/);
});

test("WebGPU asked for is taken without measuring", async () => {
  const around = setUp({ cpu: 1, webgpu: 9 });
  assert.equal(await around.open({ device: "webgpu" }), "webgpu: ");
  assert.deepEqual(around.steps, { cpu: [], webgpu: [] });
});

test("a software adapter is left alone without measuring", async () => {
  const around = setUp({ probe: { ...REAL, software: true, code: "software-adapter", reason: "only software" } });
  assert.equal(await around.open(), "cpu: Only software.");
  assert.deepEqual(around.loaded, ["cpu"]);
});

test("a GPU that fails while it is measured leaves the CPU, and nothing is remembered", async () => {
  const crash = (devices) => {
    setTimeout(() => devices.absorb(new Error("lost")));
    return new Promise(() => {});
  };
  for (const options of [{ fail: new Error("lost") }, { hang: crash }]) {
    const around = setUp(options);
    assert.equal(await around.open(), "cpu: WebGPU could not be started: lost.");
    assert.equal(around.speeds.kept.size, 0);
  }
});

test("where the run itself can't be measured, the GPU is taken as before", async () => {
  const around = setUp({ fail: coded("non-finite-loss") });
  assert.equal(await around.open(), "webgpu: ");
});

test("a run that is cancelled while it is measured is not opened", async () => {
  const around = setUp();
  const controller = new AbortController();
  around.onStep = (kind) => kind === "webgpu" && controller.abort(coded("superseded"));
  await assert.rejects(around.open({ signal: controller.signal }), { code: "superseded" });
  assert.equal(around.alive, 0);
  assert.deepEqual(around.steps.cpu, []);
});

test("while a build is being compiled the CPU trains, and says just that", async () => {
  const why = "The build is still being compiled on this machine.";
  const around = setUp({ missing: { webgpu: why, ndarray: why } });
  for (const device of ["webgpu", "auto", "ndarray"]) {
    assert.equal(await around.open({ device }), `cpu: ${why}`);
    around.alive = 0;
  }
});

test("a build that arrives later is taken at the next start", async () => {
  const missing = { webgpu: "still being compiled" };
  const around = setUp({ missing });
  await around.open({ device: "webgpu" });
  around.alive = 0;
  delete missing.webgpu;
  assert.equal(await around.open({ device: "webgpu" }), "webgpu: ");
});

test("a slower file of the CPU is a reason of its own", async () => {
  const note = { key: "device.slower-build" };
  assert.match(await setUp({ note }).open({ device: "cpu" }), /^cpu: The faster CPU build/);
});

test("a GPU that failed is tried again with a new module, and not for ever", async () => {
  const around = setUp();
  const failed = { deviceInfo: { kind: "webgpu", fallback: null }, free: () => {} };
  const job = { prepare: async () => null, make: async (_module, _data, kind) => ({ deviceInfo: { kind } }), release: () => {}, contest: null };
  for (let failures = 0; failures < 3; failures += 1) {
    assert.equal(await around.open({ device: "webgpu" }), "webgpu: ");
    around.alive = 0;
    // The uncaught error of the same failure counts once.
    around.devices.absorb(new Error("lost"));
    const { made } = await around.devices.replace(failed, new Error("lost"), job);
    assert.equal(made.deviceInfo.kind, "cpu");
  }
  assert.match(await around.open({ device: "webgpu" }), /^cpu: WebGPU failed: lost/i);
  assert.deepEqual(around.loaded.filter((name) => name.startsWith("webgpu")), ["webgpu", "webgpu 1", "webgpu 2"]);
});
