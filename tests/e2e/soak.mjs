/**
 * Trains for 2,000 steps in Chromium and fails if memory grew by more than a tenth since step 200:
 * `npm run soak -- [cpu|webgpu] [--steps 2000]`. Needs dist/ (`cargo xtask build`).
 */
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { launchOptions, ORIGIN, startServer } from "./browser.js";

/** @typedef {{ step: number, wasm: number, heap: number, gpu: number, gpuBuffers: number }} Sizes bytes, and a count */

const MOST_GROWTH = 0.1;
/** Shares of the run after which sizes are taken; the first one is what later ones are held to. */
const STAGES = [0.1, 0.5, 1];
const TASKS = {
  cpu: { config: {}, batch: 8 },
  // Small enough for the software adapter: what is allocated per step depends little on sizes.
  webgpu: { config: { width: 8, heads: 2, layers: 1, hidden: 16 }, batch: 4 },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: "string", default: "2000" } },
});
const device = /** @type {keyof typeof TASKS} */ (positionals[0] ?? "cpu");
if (!(device in TASKS)) throw new Error(`no device "${device}": it is cpu or webgpu`);
const steps = Number(values.steps);
if (!Number.isInteger(steps) || steps < 10) throw new Error(`--steps ${values.steps} is not a whole number from 10 on`);

const server = await startServer();
const options = launchOptions({ softwareWebGpu: true });
const browser = await chromium.launch({
  ...options,
  args: [...(options.args ?? []), "--js-flags=--expose-gc", "--enable-precise-memory-info"],
});
try {
  const page = await browser.newPage();
  // A file of the origin, not the page itself, which would compute meanwhile.
  await page.goto(`${ORIGIN}/workers/wasm.js`);
  await page.evaluate(countGpuBuffers);
  await page.evaluate(create, { device, steps, ...TASKS[device] });
  const sizes = [];
  for (const stage of STAGES) {
    sizes.push(await page.evaluate(trainTo, Math.round(stage * steps)));
    console.error(`step ${sizes.at(-1)?.step} of ${steps} after ${Math.round(performance.now() / 1000)} s`);
  }
  console.table(sizes.map(readable));
  const grown = growth(sizes);
  for (const line of grown) console.error(line);
  process.exitCode = grown.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  server.kill();
}

/** @param {Sizes[]} sizes @returns {string[]} what grew too much */
function growth([first, ...later]) {
  const names = /** @type {const} */ (["wasm", "heap", "gpu", "gpuBuffers"]);
  return later.flatMap((sizes) =>
    names
      .filter((name) => sizes[name] > first[name] * (1 + MOST_GROWTH))
      .map((name) => `${name} grew from ${first[name]} at step ${first.step} to ${sizes[name]} at step ${sizes.step}`),
  );
}

/** @param {Sizes} sizes */
function readable({ step, wasm, heap, gpu, gpuBuffers }) {
  const megabytes = (/** @type {number} */ bytes) => Number((bytes / 1e6).toFixed(2));
  return {
    step,
    "wasm memory, MB": megabytes(wasm),
    "JS heap, MB": megabytes(heap),
    "GPU buffers, MB": megabytes(gpu),
    "GPU buffers": gpuBuffers,
  };
}

/** Runs in the page. WebGPU reports no memory, so buffers are counted until destroyed or collected. */
function countGpuBuffers() {
  /** @type {Map<number, number>} sizes by number */
  const live = new Map();
  Object.assign(globalThis, { gpuBuffers: live });
  const { GPUDevice, GPUBuffer } = /** @type {any} */ (globalThis);
  if (!GPUDevice) return;
  const collected = new FinalizationRegistry((/** @type {number} */ id) => live.delete(id));
  const numbers = new WeakMap();
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  let created = 0;
  GPUDevice.prototype.createBuffer = function (/** @type {{ size: number }} */ descriptor) {
    const buffer = createBuffer.call(this, descriptor);
    const id = created++;
    numbers.set(buffer, id);
    live.set(id, descriptor.size);
    collected.register(buffer, id);
    return buffer;
  };
  GPUBuffer.prototype.destroy = function () {
    live.delete(numbers.get(this));
    return destroy.call(this);
  };
}

/**
 * Runs in the page.
 *
 * @param {{ device: string, steps: number, config: object, batch: number }} task
 */
async function create({ device, steps, config, batch }) {
  const { fileOf } = await import(`${location.origin}/workers/wasm.js`);
  const api = await import(`${location.origin}/${fileOf(device)}.js`);
  const { memory } = await api.default();
  const { augment } = api.preset("default").recipe;
  const images = 1_000;
  const trainer = await api.Trainer.create({
    data: api.DataSet.synthetic({ images }),
    device,
    preset: "reference",
    config,
    recipe: { batch, epochs: Math.ceil((2 * steps * batch) / images), augment },
  });
  Object.assign(globalThis, { trainer, memory });
}

/**
 * Runs in the page.
 *
 * @param {number} step
 * @returns {Promise<Sizes>} after that step
 */
async function trainTo(step) {
  const { trainer, memory, gpuBuffers, gc } = /** @type {any} */ (globalThis);
  // Fewer steps than asked for are made at the end of an epoch.
  while (trainer.position.step < step) await trainer.step(Math.min(50, step - trainer.position.step));
  for (let round = 0; round < 3; round++) {
    gc();
    // Collected buffers are reported in a task of their own.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { usedJSHeapSize } = /** @type {any} */ (performance).memory;
  const sizes = /** @type {number[]} */ ([...gpuBuffers.values()]);
  return {
    step: trainer.position.step,
    wasm: memory.buffer.byteLength,
    heap: usedJSHeapSize,
    gpu: sizes.reduce((sum, size) => sum + size, 0),
    gpuBuffers: sizes.length,
  };
}
