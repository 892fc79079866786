/**
 * The contest for the faster device for a run.
 *
 * @typedef {import("./trial.js").Options} Options
 * @typedef {import("../chooser.js").Contest} Contest
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 */
import { keyOf, sayStep } from "../fastest.js";
import { timeStep } from "./trial.js";

/**
 * @param {import("../chooser.js").DeviceChooser} chooser
 * @param {(module: WasmModule) => Options} options of the run
 * @param {{ measure: boolean, now: () => number, signal: AbortSignal }} environment
 * @returns {Contest}
 */
export function contestOf(chooser, options, { measure, now, signal }) {
  let batch = 0;
  return {
    measure,
    key(cpu, adapter) {
      const run = options(cpu);
      const preset = cpu.preset(run.preset);
      ({ batch } = { ...preset.recipe, ...run.recipe });
      return keyOf("train", adapter, { ...preset.config, ...run.config, batch });
    },
    // One after the other: a run's steps follow each other closely too.
    async time() {
      const { module } = await chooser.load("cpu");
      const run = options(module);
      const environment = { now, signal };
      const webgpu = await chooser.onGpu((gpu) => timeStep(gpu, "webgpu", run, batch, environment));
      return { cpu: await timeStep(module, "cpu", run, batch, environment), webgpu };
    },
    say: (timings) => sayStep(timings, batch),
  };
}
