/**
 * Compute pipelines made ahead. Browsers compile several at a time with `createComputePipelineAsync`,
 * but wgpu calls `createComputePipeline` for each at its first launch, and everything waits.
 * So the device that wgpu asks for is given methods of its own, which hand out what is there; and
 * features of its own, where wgpu or cubecl gets those wrong. Nobody else's device is touched.
 */

/** The device that was opened last. @type {GPUDevice | null} */
let device = null;
let lost = false;
/** The WGSL that each module was made of. @type {WeakMap<GPUShaderModule, string>} */
const sources = new WeakMap();
/** By WGSL. @typedef {Map<string, { module: GPUShaderModule, pipeline: GPUComputePipeline }>} Made */
/** Those of the device that was opened last. @type {Made} */
let made = new Map();
const compiled = { shaders: 0, milliseconds: 0 };

/**
 * Has the device of whoever asks for an adapter while `ask` runs hand out pipelines, have subgroups
 * where there are any, and seem able to time kernels.
 *
 * @param {() => void} ask
 */
export function withPipelines(ask) {
  const { gpu } = navigator;
  const { requestAdapter } = gpu;
  const before = Object.getOwnPropertyDescriptor(gpu, "requestAdapter");
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter.call(gpu, options);
    if (adapter) prepare(adapter);
    return adapter;
  };
  try {
    ask();
  } finally {
    if (before) Object.defineProperty(gpu, "requestAdapter", before);
    else Reflect.deleteProperty(gpu, "requestAdapter");
  }
}

/** True where the device that was opened last is gone, so that another is to be opened. */
export function isLost() {
  return lost;
}

/** @param {GPUAdapter} adapter */
function prepare(adapter) {
  const { requestDevice } = adapter;
  adapter.requestDevice = async (descriptor) => {
    const requiredFeatures = [...(descriptor?.requiredFeatures ?? [])];
    // wgpu does not know of them in browsers.
    if (adapter.features.has("subgroups")) requiredFeatures.push("subgroups");
    const opened = await requestDevice.call(adapter, { ...descriptor, requiredFeatures });
    adopt(opened);
    claimTimestamps(adapter);
    claimTimestamps(opened);
    return opened;
  };
}

/** @param {GPUDevice} opened */
function adopt(opened) {
  device = opened;
  lost = false;
  made = new Map();
  Object.assign(compiled, { shaders: 0, milliseconds: 0 });
  handOut(opened, made);
  opened.lost.then(() => (lost ||= device === opened));
}

/**
 * cubecl panics where the browser can't time kernels, though it does so only to choose among burn's
 * own. Models that need those are kept from such adapters: see `Adapter::check_model`.
 *
 * @param {GPUAdapter | GPUDevice} holder
 */
function claimTimestamps(holder) {
  const { features } = holder;
  const has = (/** @type {string} */ name) => name === "timestamp-query" || features.has(name);
  Object.defineProperty(holder, "features", { value: { has } });
}

/**
 * @param {GPUDevice} device
 * @param {Made} made for it
 */
function handOut(device, made) {
  const { createShaderModule, createComputePipeline } = device;
  device.createShaderModule = (descriptor) => {
    const module = made.get(descriptor.code)?.module ?? createShaderModule.call(device, descriptor);
    sources.set(module, descriptor.code);
    return module;
  };
  device.createComputePipeline = (descriptor) => {
    const { module } = descriptor.compute;
    const known = made.get(sources.get(module) ?? "");
    return known?.pipeline ?? createComputePipeline.call(device, descriptor);
  };
}

/**
 * Compiles shaders, all at once. What fails is left to wgpu, which reports it.
 *
 * @param {string[]} shaders in WGSL
 */
export async function makePipelines(shaders) {
  const [maker, own] = [device, made];
  if (!maker) return;
  const start = performance.now();
  const missing = [...new Set(shaders)].filter((code) => !own.has(code));
  await Promise.allSettled(
    missing.map(async (code) => {
      const module = maker.createShaderModule({ code });
      const compute = { module, entryPoint: "main" };
      const pipeline = await maker.createComputePipelineAsync({ layout: "auto", compute });
      own.set(code, { module, pipeline });
      compiled.shaders += 1;
    }),
  );
  compiled.milliseconds += performance.now() - start;
}

/** The number of shaders that were compiled ahead, and the time of that. */
export function compiledAhead() {
  return { ...compiled };
}
