import { serveBuilds } from "./builds.js";
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** The emulated GPU compiles its first shaders in about a minute. */
const TAKEOVER = { timeout: 200_000 };

test("a software adapter is left alone, and the page says why", async ({ vitpad, page }) => {
  /** @type {string[]} */
  const files = [];
  page.on("request", (request) => files.push(request.url()));
  await vitpad.openReady();
  await expect(vitpad.reason).toContainText("software");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.draw(4);
  await vitpad.expectAnswer(4);
  expect(files.filter((file) => file.includes("webgpu"))).toEqual([]);
});

test("WebGPU takes over from the CPU, and reads what is on the pad", async ({ vitpad, page }) => {
  await vitpad.open("?device=webgpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await expect(vitpad.device).toHaveText(/^WebGPU/, TAKEOVER);
  await expect(vitpad.reason).toHaveText("");
  await vitpad.clear();
  await vitpad.expectNoAnswer();
  await vitpad.draw(7);
  await expect(vitpad.answer).toHaveText("7", TAKEOVER);
  await page.getByTestId("device-select").selectOption("cpu");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.expectAnswer(7);
});

test("where the WebGPU build cannot be loaded, the CPU carries on and the page says why", async ({ vitpad, page, provoked }) => {
  provoked.push(/404/);
  await page.route("**/webgpu_bg.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await vitpad.open("?device=webgpu");
  await expect(vitpad.reason).toContainText("Could not load webgpu_bg.wasm");
  await vitpad.draw(6);
  await vitpad.expectAnswer(6);
  await expect(vitpad.device).toHaveText(/^CPU/);
});

test("while the WebGPU build is being compiled, the CPU reads and the page says so", async ({ vitpad, page }) => {
  await serveBuilds(page, { cpu: 1, cpu_relaxed: 1, webgpu: "compiling" });
  await vitpad.open("?device=webgpu");
  await expect(vitpad.reason).toHaveText("The WebGPU build is still being compiled on this machine.");
  await vitpad.draw(6);
  await vitpad.expectAnswer(6);
});

test("a crash of the WebGPU build hands the drawing back to the CPU", async ({ vitpad, page, provoked }) => {
  provoked.push(/lost in space/);
  await page.route("**/webgpu.js", (route) => route.fulfill({ contentType: "text/javascript", body: CRASHING_BUILD }));
  await vitpad.open("?device=webgpu");
  await expect(vitpad.reason).toContainText("Lost in space");
  await vitpad.draw(2);
  await vitpad.expectAnswer(2);
  await expect(vitpad.device).toHaveText(/^CPU/);
});

test("a run trains on WebGPU, and ends with a test", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  const query = SMALL.replace("images=640", "images=16").replace("batch=32", "batch=8");
  await train.openReady(query.replace("train-device=cpu", "train-device=webgpu"));
  await train.start.click();
  await expect(page.getByTestId("train-device")).toHaveText(/^WebGPU/, TAKEOVER);
  await expect(train.status).toHaveText("Finished", TAKEOVER);
  await expect(train.step).toHaveText("4 / 4");
  await expect(page.getByTestId("test-accuracy")).toHaveText(/%$/);
});

test("every shader of ours is compiled ahead, and once", async ({ vitpad, page }) => {
  await page.addInitScript(recordPipelines);
  await vitpad.openReady("?device=cpu");
  const { compiled, ahead, late } = await page.evaluate(async () => {
    const file = "/webgpu.js";
    const api = await import(file);
    await api.default();
    const trainer = await api.Trainer.create({
      data: api.DataSet.fromIdx(images(40)),
      device: "webgpu",
      preset: "quick",
      // The last batch is smaller.
      recipe: { batch: 16, epochs: 1, clip_norm: 1 },
    });
    await trainer.step(3);
    await trainer.evaluate({ set: "validation" });
    await trainer.classifier().classify(new Float32Array(28 * 28).fill(0.5));
    const { compiled } = trainer.deviceInfo;
    trainer.free();
    return { compiled, .../** @type {any} */ (globalThis).pipelines };

    /** @param {number} count */
    function images(count) {
      const idx = (/** @type {number[]} */ shape) => {
        const bytes = new Uint8Array(4 + 4 * shape.length + shape.reduce((a, b) => a * b));
        const view = new DataView(bytes.buffer);
        view.setUint32(0, 0x0800 + shape.length);
        shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
        return bytes;
      };
      return { images: idx([count, 28, 28]), labels: idx([count]), name: "black" };
    }
  });
  expect(compiled.shaders).toBe(ahead.length);
  expect(new Set(ahead).size).toBe(ahead.length);
  expect(compiled.milliseconds).toBeGreaterThan(0);
  // Ours have comments; burn's own, which nobody lists, have none.
  const own = (/** @type {string[]} */ shaders) => shaders.filter((code) => code.includes("// "));
  expect(own(ahead)).toEqual(ahead);
  expect(own(late)).toEqual([]);
  expect(late.length).toBeLessThan(10);
});

test("an adapter that cannot time kernels trains and reads, where kernels are ours", async ({ vitpad, page }) => {
  await page.addInitScript(hideTimestamps);
  await vitpad.openReady("?device=cpu");
  const { device, losses, digit, refusal } = await page.evaluate(async () => {
    const file = "/webgpu.js";
    const api = await import(file);
    await api.default();
    const options = { data: api.DataSet.synthetic({ images: 64 }), device: "webgpu", preset: "quick" };
    const refusal = await api.Trainer.create({ ...options, config: { width: 18, heads: 2 } }).catch(
      (/** @type {Error & { code: string }} */ { code, message }) => ({ code, message }),
    );
    const trainer = await api.Trainer.create({ ...options, recipe: { batch: 16, epochs: 1 } });
    const { losses } = await trainer.step(2);
    await trainer.evaluate({ set: "validation" });
    const { digit } = await trainer.classifier().classify(new Float32Array(28 * 28).fill(0.5));
    return { device: trainer.deviceInfo.kind, losses, digit, refusal };
  });
  expect(device).toBe("webgpu");
  expect(losses).toHaveLength(2);
  expect(digit).toBeGreaterThanOrEqual(0);
  expect(refusal.code).toBe("device-unavailable");
  expect(refusal.message).toContain("timestamp queries");
});

/** Browsers on some graphics cards have no timestamp queries, and refuse what needs them. */
function hideTimestamps() {
  const { GPUSupportedFeatures, GPUAdapter, GPUDevice } = /** @type {any} */ (globalThis);
  const TIMESTAMPS = "timestamp-query";
  const { has } = GPUSupportedFeatures.prototype;
  GPUSupportedFeatures.prototype.has = function (/** @type {string} */ name) {
    return name !== TIMESTAMPS && has.call(this, name);
  };
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = function (/** @type {GPUDeviceDescriptor} */ descriptor) {
    const wanted = [...(descriptor.requiredFeatures ?? [])];
    if (wanted.includes(TIMESTAMPS)) throw new TypeError(`${TIMESTAMPS} is not supported`);
    return requestDevice.call(this, descriptor);
  };
  GPUDevice.prototype.createQuerySet = () => {
    throw new TypeError("no queries");
  };
}

/** Keeps the WGSL of every pipeline in `pipelines`: of those made asynchronously, and of others. */
function recordPipelines() {
  const { prototype } = /** @type {any} */ (globalThis).GPUDevice;
  const { createShaderModule, createComputePipeline, createComputePipelineAsync } = prototype;
  const sources = new WeakMap();
  const pipelines = { ahead: /** @type {string[]} */ ([]), late: /** @type {string[]} */ ([]) };
  Object.assign(globalThis, { pipelines });
  prototype.createShaderModule = function (/** @type {{ code: string }} */ descriptor) {
    const module = createShaderModule.call(this, descriptor);
    sources.set(module, descriptor.code);
    return module;
  };
  prototype.createComputePipeline = function (/** @type {{ compute: { module: object } }} */ descriptor) {
    pipelines.late.push(sources.get(descriptor.compute.module));
    return createComputePipeline.call(this, descriptor);
  };
  prototype.createComputePipelineAsync = function (/** @type {{ compute: { module: object } }} */ descriptor) {
    pipelines.ahead.push(sources.get(descriptor.compute.module));
    return createComputePipelineAsync.call(this, descriptor);
  };
}

/** Like a panic in wasm: an uncaught error, and a promise that never settles. */
const CRASHING_BUILD = `
  export default async function init() {
    return { memory: new WebAssembly.Memory({ initial: 1 }) };
  }
  export class Classifier {
    static load() {
      setTimeout(() => { throw new Error("lost in space"); });
      return new Promise(() => {});
    }
  }
`;
