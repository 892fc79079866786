/** Counts and times what a page asks of WebGPU. */

/** @typedef {import("./types.js").GpuWork} GpuWork */

/** Runs in the page before its scripts: afterwards `gpuWork` there counts on. */
export function countGpuWork() {
  /** @type {GpuWork & { adapterAt: number }} */
  const work = { dispatches: 0, submits: 0, pipelines: 0, compileMilliseconds: 0, adapterAt: NaN };
  Object.assign(globalThis, { gpuWork: work });
  const counted = /** @type {[string, string, keyof GpuWork][]} */ ([
    ["GPUComputePassEncoder", "dispatchWorkgroups", "dispatches"],
    ["GPUComputePassEncoder", "dispatchWorkgroupsIndirect", "dispatches"],
    ["GPUQueue", "submit", "submits"],
    ["GPUDevice", "createComputePipeline", "pipelines"],
    ["GPUDevice", "createComputePipelineAsync", "pipelines"],
  ]);
  for (const [type, method, count] of counted) {
    const prototype = /** @type {any} */ (globalThis)[type]?.prototype;
    const original = prototype?.[method];
    if (!original) continue;
    prototype[method] = function (/** @type {unknown[]} */ ...args) {
      work[count] += 1;
      return original.apply(this, args);
    };
  }
  let pending = 0;
  let since = 0;
  settled("GPUDevice", "createComputePipelineAsync", () => {
    if (pending++ === 0) since = performance.now();
    return () => {
      if (--pending === 0) work.compileMilliseconds += performance.now() - since;
    };
  });
  settled("GPU", "requestAdapter", () => () => {
    if (Number.isNaN(work.adapterAt)) work.adapterAt = performance.now();
  });

  /** @param {string} type @param {string} method @param {() => () => void} begin gives what to call at the end */
  function settled(type, method, begin) {
    const prototype = /** @type {any} */ (globalThis)[type]?.prototype;
    const original = prototype?.[method];
    if (!original) return;
    prototype[method] = function (/** @type {unknown[]} */ ...args) {
      const end = begin();
      return original.apply(this, args).finally(end);
    };
  }
}

/**
 * Per step, from counts before and after so many steps; pipelines, and their time, in all.
 *
 * @param {GpuWork} before @param {GpuWork} after @param {number} steps
 * @returns {GpuWork}
 */
export function perStep(before, after, steps) {
  const mean = (/** @type {"dispatches" | "submits"} */ name) => Math.round((after[name] - before[name]) / steps);
  const { pipelines, compileMilliseconds } = after;
  return { dispatches: mean("dispatches"), submits: mean("submits"), pipelines, compileMilliseconds };
}
