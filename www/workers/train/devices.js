/**
 * Where a trainer computes: on WebGPU where that is wanted and there, or else on the CPU, and why.
 * `auto` takes WebGPU only where its steps are faster.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../shared/protocol.js").Device} Device
 * @typedef {import("../wasm.js").Build} Build
 * @typedef {import("../wasm.js").Loaded} Loaded
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 * @typedef {(build: Build) => Promise<Loaded>} Load
 *
 * @typedef {object} Around
 * @property {Pick<import("../speeds.js").Speeds, "recall" | "remember">} speeds
 * @property {() => number} now milliseconds
 *
 * @typedef {object} Question which device is the fastest for a run
 * @property {(module: WasmModule) => import("./trial.js").Options} options of the run
 * @property {boolean} measure whether to measure even what was measured before
 *
 * @typedef {{ trainer: Trainer, memory: WebAssembly.Memory, reason: string | null }} Opened
 */
import { CrashWatch } from "../crash.js";
import { refuse } from "../engine.js";
import { fastest, keyOf, sayStep } from "../fastest.js";
import { codeOf, messageOf } from "../../shared/protocol.js";
import { timeStep } from "./trial.js";

/**
 * @template T what the trainer is made from
 * @typedef {object} Maker
 * @property {(module: WasmModule) => Promise<T>} prepare what has nothing to do with the device
 * @property {(module: WasmModule, prepared: T, device: Build) => Promise<Trainer>} make
 * @property {(prepared: T) => void} release
 */

/** Codes of errors that are about the input: another device would say the same. */
const INPUT_ERRORS = new Set([
  "invalid-argument", "invalid-checkpoint", "invalid-config", "invalid-data", "data-needed",
  "missing-tensor", "non-finite-loss", "not-safetensors", "other-data", "tensor-shape", "unknown-preset",
]);

/** Longer than steps take that are made at once, their shaders included. */
const PATIENCE_MS = 240_000;

export class Devices {
  /** @type {Load} */
  #load;
  /** @type {(what: string) => void} */
  #onWait;
  /** @type {Around} */
  #around;
  /** @type {Map<Build, Promise<Loaded>>} */
  #loaded = new Map();
  #crash = new CrashWatch(PATIENCE_MS);
  /** @type {string | null} why the GPU module is not tried again */
  #gpuFailure = null;

  /**
   * @param {Load} load
   * @param {(what: string) => void} onWait what takes its time
   * @param {Around} around
   */
  constructor(load, onWait, around) {
    this.#load = load;
    this.#onWait = onWait;
    this.#around = around;
  }

  /**
   * @param {Build} build
   * @returns {Promise<Loaded>}
   */
  load(build) {
    let loaded = this.#loaded.get(build);
    if (!loaded) {
      loaded = this.#load(build);
      // A download that failed may succeed the next time.
      loaded.catch(() => this.#loaded.delete(build));
      this.#loaded.set(build, loaded);
    }
    return loaded;
  }

  /**
   * @template T
   * @param {Device} device
   * @param {Maker<T>} maker
   * @param {Question} question for `auto`
   * @param {AbortSignal} signal ends measuring
   * @returns {Promise<Opened>}
   */
  async open(device, maker, question, signal) {
    if (device === "ndarray") return this.#openNdarray(maker);
    if (device === "cpu") return this.#open("cpu", maker, null);
    const { refusal, adapter } = await this.#probe(device);
    if (refusal) return this.#open("cpu", maker, refusal);
    try {
      const verdict = device === "auto" ? await this.#compare(question, adapter, signal) : null;
      if (verdict?.device === "cpu") return this.#open("cpu", maker, verdict.reason);
      this.#onWait("Starting WebGPU …");
      return await this.#open("webgpu", maker, verdict?.reason ?? null);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GpuError)) throw error;
      return this.#open("cpu", maker, error.message);
    }
  }

  /**
   * @template T
   * @param {Maker<T>} maker
   * @returns {Promise<Opened>} on the CPU where this site does not have the build, or not yet
   */
  async #openNdarray(maker) {
    const missing = await this.load("ndarray").then(() => null, (error) => error);
    if (codeOf(missing) === "not-built") return this.#open("cpu", maker, messageOf(missing));
    return this.#open("ndarray", maker, null);
  }

  /**
   * What steps in when a trainer has failed while it ran.
   *
   * @template T
   * @param {Trainer} trainer the one that failed
   * @param {unknown} error
   * @param {Maker<T>} maker
   * @returns {Promise<Opened | null>} null where nothing can step in
   */
  async replace(trainer, error, maker) {
    if (trainer.deviceInfo.kind !== "webgpu") return null;
    this.#gpuFailure = `WebGPU failed: ${messageOf(error)}`;
    return this.#open("cpu", maker, this.#gpuFailure);
  }

  /**
   * A panic in wasm leaves the promise it belongs to hanging, and shows as an uncaught error only.
   * @param {unknown} error an uncaught error
   * @returns {boolean} whether it was the GPU module's, and the CPU can step in
   */
  absorb(error) {
    if (!this.#crash.absorb(error)) return false;
    this.#gpuFailure = `WebGPU failed: ${messageOf(error)}`;
    return true;
  }

  /**
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  orCrash(work) {
    return this.#crash.race(work);
  }

  /** @param {"auto" | "webgpu"} device */
  async #probe(device) {
    if (this.#gpuFailure) return { refusal: `${this.#gpuFailure}; reload the page to try it again`, adapter: "" };
    this.#onWait("Looking for a GPU …");
    const { module } = await this.load("cpu");
    const probe = await module.probeWebGpu();
    return { refusal: refuse(device, probe), adapter: probe.description };
  }

  /**
   * @param {Question} question
   * @param {string} adapter
   * @param {AbortSignal} signal
   * @returns {Promise<{ device: "cpu" | "webgpu", reason: string } | null>} null where nobody knows
   */
  async #compare({ options, measure }, adapter, signal) {
    const { speeds } = this.#around;
    const { module } = await this.load("cpu");
    try {
      const run = options(module);
      const preset = module.preset(run.preset);
      const { batch } = { ...preset.recipe, ...run.recipe };
      const key = keyOf("train", adapter, { ...preset.config, ...run.config, batch });
      const known = measure ? null : await speeds.recall(key);
      const timings = known ?? (await this.#time(run, batch, signal));
      if (!known) await speeds.remember(key, timings);
      return { device: fastest(timings), reason: sayStep(timings, batch) };
    } catch (error) {
      if (error instanceof GpuError || signal.aborted) throw error;
      // What is wrong with the run is said by who opens it.
      return null;
    }
  }

  /**
   * One after the other: a run's steps follow each other closely too.
   *
   * @param {import("./trial.js").Options} run
   * @param {number} batch
   * @param {AbortSignal} signal
   */
  async #time(run, batch, signal) {
    const around = { now: this.#around.now, signal };
    const cpu = await this.load("cpu");
    const gpu = await asGpuError(this.load("webgpu"));
    signal.throwIfAborted();
    this.#onWait("Comparing WebGPU with the CPU …");
    this.#crash.start();
    const webgpu = await asGpuError(this.orCrash(timeStep(gpu.module, "webgpu", run, batch, around)));
    return { cpu: await timeStep(cpu.module, "cpu", run, batch, around), webgpu };
  }

  /**
   * @template T
   * @param {Build} build
   * @param {Maker<T>} maker
   * @param {string | null} reason
   * @returns {Promise<Opened>}
   */
  async #open(build, { prepare, make, release }, reason) {
    const isGpu = build === "webgpu";
    const { module, memory, note } = await (isGpu ? asGpuError(this.load(build)) : this.load(build));
    if (isGpu) this.#crash.start();
    else this.#crash.stop();
    const prepared = await prepare(module);
    try {
      const made = make(module, prepared, build);
      const trainer = await (isGpu ? asGpuError(this.orCrash(made)) : made);
      if (trainer.deviceInfo.kind === build) return { trainer, memory, reason: reason ?? note };
      const { fallback, kind } = trainer.deviceInfo;
      trainer.free();
      throw new GpuError(new Error(fallback?.reason ?? `the trainer is on ${kind}`));
    } finally {
      release(prepared);
    }
  }
}

/** The GPU could not be started; the CPU can. */
class GpuError extends Error {
  /** @param {unknown} error */
  constructor(error) {
    const why = messageOf(error);
    // A build that is not there has not failed.
    super(codeOf(error) === "not-built" ? why : `WebGPU could not be started: ${why}`);
  }
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function asGpuError(work) {
  try {
    return await work;
  } catch (error) {
    throw INPUT_ERRORS.has(codeOf(error)) ? error : new GpuError(error);
  }
}
