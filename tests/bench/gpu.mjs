/** Counts what a page asks of WebGPU. */

/** @typedef {import("./types.js").GpuWork} GpuWork */

/** Runs in the page before its scripts: afterwards `gpuWork` there counts on. */
export function countGpuWork() {
  /** @type {GpuWork} */
  const work = { dispatches: 0, submits: 0, pipelines: 0 };
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
}

/**
 * Per step, from counts before and after so many steps; pipelines in all.
 *
 * @param {GpuWork} before @param {GpuWork} after @param {number} steps
 * @returns {GpuWork}
 */
export function perStep(before, after, steps) {
  const mean = (/** @type {"dispatches" | "submits"} */ name) => Math.round((after[name] - before[name]) / steps);
  return { dispatches: mean("dispatches"), submits: mean("submits"), pipelines: after.pipelines };
}
