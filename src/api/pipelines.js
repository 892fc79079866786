/**
 * Compute pipelines made ahead. Browsers compile several at a time with `createComputePipelineAsync`,
 * but wgpu calls `createComputePipeline` for each at its first launch, and everything waits.
 * So the device that wgpu asks for is given methods of its own, which hand out what is there; and
 * features of its own, where wgpu or cubecl gets those wrong.
 */

/** @type {GPUDevice | null} */
let device = null;
/** What each module was made of, in WGSL. @type {WeakMap<GPUShaderModule, string>} */
const sources = new WeakMap();
/** By WGSL. @type {Map<string, { module: GPUShaderModule, pipeline: GPUComputePipeline }>} */
const made = new Map();
const compiled = { shaders: 0, milliseconds: 0 };

/**
 * Has the next device that anyone here asks for hand out pipelines, have subgroups where there are
 * any, and seem able to time kernels.
 */
export function handOutPipelines() {
  const { prototype } = globalThis.GPUAdapter ?? {};
  if (device || !prototype) return;
  const requestDevice = prototype.requestDevice;
  prototype.requestDevice = async function (descriptor) {
    prototype.requestDevice = requestDevice;
    const requiredFeatures = [...(descriptor?.requiredFeatures ?? [])];
    // wgpu does not know of them in browsers.
    if (this.features.has("subgroups")) requiredFeatures.push("subgroups");
    device = await requestDevice.call(this, { ...descriptor, requiredFeatures });
    handOut(device);
    claimTimestamps(this);
    claimTimestamps(device);
    return device;
  };
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

/** @param {GPUDevice} device */
function handOut(device) {
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
  const maker = device;
  if (!maker) return;
  const start = performance.now();
  const missing = [...new Set(shaders)].filter((code) => !made.has(code));
  await Promise.allSettled(
    missing.map(async (code) => {
      const module = maker.createShaderModule({ code });
      const compute = { module, entryPoint: "main" };
      const pipeline = await maker.createComputePipelineAsync({ layout: "auto", compute });
      made.set(code, { module, pipeline });
      compiled.shaders += 1;
    }),
  );
  compiled.milliseconds += performance.now() - start;
}

/** How many shaders were compiled ahead, and how long that took. */
export function compiledAhead() {
  return { ...compiled };
}
