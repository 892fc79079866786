/**
 * Where a job is done: on WebGPU where that is wanted and there, or else on the CPU, and why. `auto`
 * takes WebGPU only where it does the job faster. Each worker has one chooser.
 *
 * @typedef {import("../cpu.js").DeviceInfo} DeviceInfo
 * @typedef {import("../shared/protocol.js").Device} Device
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("./fastest.js").Timings} Timings
 * @typedef {import("./wasm.js").Build} Build
 * @typedef {import("./wasm.js").Loaded} Loaded
 * @typedef {import("./wasm.js").WasmModule} WasmModule
 *
 * @typedef {object} ChooserOptions
 * @property {(build: Build) => Promise<Loaded>} load
 * @property {(what: string) => void} onWait what takes its time
 * @property {Pick<import("./speeds.js").Speeds, "recall" | "remember">} speeds
 * @property {number} patience milliseconds in which the GPU must have answered
 *
 * @typedef {{ deviceInfo: Pick<DeviceInfo, "kind" | "fallback">, free: () => void }} Worker what does a
 *   job: a classifier or a trainer
 *
 * @typedef {object} Contest how the faster device is found
 * @property {(cpu: WasmModule, adapter: string) => string} key what the times depend on
 * @property {() => Promise<Timings>} time
 * @property {(timings: Timings) => string} say
 * @property {boolean} measure whether to measure even what was measured before
 */
import { CrashWatch, isDeviceFault, withTimeLimit } from "./crash.js";
import { fastest } from "./fastest.js";
import { codeOf, messageOf } from "../shared/protocol.js";

/**
 * @template {Worker} Made
 * @template Prepared
 * @typedef {object} Job
 * @property {(module: WasmModule) => Promise<Prepared>} prepare what has nothing to do with the device
 * @property {(module: WasmModule, prepared: Prepared, device: Build) => Promise<Made>} make
 * @property {(prepared: Prepared) => void} release
 * @property {Contest | null} contest null where `auto` does not matter
 */

/**
 * @template Made
 * @typedef {{ made: Made, memory: WebAssembly.Memory, reason: string | null }} Opened `reason` says why
 *   it is not the device that was asked for, or slower than it could be
 */

const SOFTWARE_ADAPTER = "The only WebGPU adapter is a software one, which is slower than the CPU.";
/** Browsers name their adapter within a second, or never. */
const ADAPTER_MS = 20_000;

export class DeviceChooser {
  /** @type {ChooserOptions} */
  #options;
  /** @type {Map<Build, Promise<Loaded>>} */
  #loaded = new Map();
  #crash;
  /** @type {string | null} why the GPU is not tried again */
  #gpuFailure = null;

  /** @param {ChooserOptions} options */
  constructor(options) {
    this.#options = options;
    this.#crash = new CrashWatch(options.patience);
  }

  /**
   * @param {Build} build
   * @returns {Promise<Loaded>}
   */
  load(build) {
    let loaded = this.#loaded.get(build);
    if (!loaded) {
      loaded = this.#options.load(build);
      // A download that failed may succeed the next time.
      loaded.catch(() => this.#loaded.delete(build));
      this.#loaded.set(build, loaded);
    }
    return loaded;
  }

  /**
   * @template {Worker} Made
   * @template Prepared
   * @param {Device} device
   * @param {Job<Made, Prepared>} job
   * @param {AbortSignal} signal ends measuring
   * @returns {Promise<Opened<Made>>}
   */
  async open(device, job, signal) {
    if (device === "cpu") return this.#open("cpu", job, null);
    try {
      if (device === "ndarray") return await this.#open("ndarray", job, null);
      const { refusal, adapter } = await this.#probe(device);
      if (refusal) return this.#open("cpu", job, refusal);
      const verdict = device === "auto" ? await this.#compare(job.contest, adapter, signal) : null;
      if (verdict?.device === "cpu") return this.#open("cpu", job, verdict.reason);
      this.#options.onWait("Starting WebGPU …");
      return await this.#open("webgpu", job, verdict?.reason ?? null);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DeviceError)) throw error;
      return this.#open("cpu", job, error.message);
    }
  }

  /**
   * What steps in for a worker that has failed.
   *
   * @template {Worker} Made
   * @template Prepared
   * @param {Worker} failed
   * @param {unknown} error
   * @param {Job<Made, Prepared>} job
   * @returns {Promise<Opened<Made> | null>} null where nothing can step in
   */
  async replace(failed, error, job) {
    if (failed.deviceInfo.kind !== "webgpu" || !isDeviceFault(error)) return null;
    return this.#open("cpu", job, this.#giveUp(error));
  }

  /**
   * A crash of a module shows as an uncaught error, and may leave promises hanging.
   * @param {unknown} error an uncaught error
   * @returns {boolean} whether the GPU is to blame, and the CPU can step in
   */
  absorb(error) {
    if (!this.#crash.absorb(error)) return false;
    this.#giveUp(error);
    return true;
  }

  /**
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>} rejects when the GPU has crashed, or does not answer
   */
  orCrash(work) {
    return this.#crash.race(work);
  }

  /**
   * Tries something on the GPU.
   *
   * @template T
   * @param {(module: WasmModule) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async onGpu(work) {
    const { module } = await asDeviceError("webgpu", this.load("webgpu"), true);
    this.#crash.start();
    return asDeviceError("webgpu", this.orCrash(work(module)));
  }

  /** @param {unknown} error */
  #giveUp(error) {
    return (this.#gpuFailure = `WebGPU failed: ${messageOf(error)}`);
  }

  /** @param {"auto" | "webgpu"} device */
  async #probe(device) {
    if (this.#gpuFailure) return { refusal: `${this.#gpuFailure}; reload the page to try it again`, adapter: "" };
    this.#options.onWait("Looking for a GPU …");
    const { module } = await this.load("cpu");
    const late = "the browser did not say whether there is a graphics adapter";
    const probe = await asDeviceError("webgpu", withTimeLimit(module.probeWebGpu(), ADAPTER_MS, late));
    return { refusal: refuse(device, probe), adapter: probe.description };
  }

  /**
   * @param {Contest | null} contest
   * @param {string} adapter
   * @param {AbortSignal} signal
   * @returns {Promise<{ device: "cpu" | "webgpu", reason: string } | null>} null where nobody knows
   */
  async #compare(contest, adapter, signal) {
    if (!contest) return null;
    const { speeds, onWait } = this.#options;
    const { module } = await this.load("cpu");
    try {
      const key = contest.key(module, adapter);
      const known = contest.measure ? null : await speeds.recall(key);
      if (!known) onWait("Comparing WebGPU with the CPU …");
      const timings = known ?? (await contest.time());
      if (!known) await speeds.remember(key, timings);
      return { device: fastest(timings), reason: contest.say(timings) };
    } catch (error) {
      if (error instanceof DeviceError || signal.aborted) throw error;
      // What is wrong with the job is said by who opens it.
      return null;
    }
  }

  /**
   * @template {Worker} Made
   * @template Prepared
   * @param {Build} build
   * @param {Job<Made, Prepared>} job
   * @param {string | null} reason
   * @returns {Promise<Opened<Made>>}
   */
  async #open(build, { prepare, make, release }, reason) {
    const isCpu = build === "cpu";
    const { module, memory, note } = await (isCpu ? this.load(build) : asDeviceError(build, this.load(build), true));
    if (build === "webgpu") this.#crash.start();
    else this.#crash.stop();
    const prepared = await prepare(module);
    try {
      const making = make(module, prepared, build);
      const made = await (isCpu ? making : asDeviceError(build, this.orCrash(making)));
      const { fallback, kind } = made.deviceInfo;
      if (kind === build) return { made, memory, reason: reason ?? note };
      made.free();
      throw new DeviceError(build, new Error(fallback?.reason ?? `the model was loaded on ${kind}`));
    } finally {
      release(prepared);
    }
  }
}

/** A device other than the CPU could not be started. */
class DeviceError extends Error {
  /**
   * @param {Build} build
   * @param {unknown} error
   */
  constructor(build, error) {
    const why = messageOf(error);
    const name = build === "webgpu" ? "WebGPU" : build;
    // A build that is not there has not failed.
    super(codeOf(error) === "not-built" ? why : `${name} could not be started: ${why}`);
  }
}

/**
 * @template T
 * @param {Build} build
 * @param {Promise<T>} work
 * @param {boolean} [always] whether any error is the device's: nothing else was asked for
 * @returns {Promise<T>}
 */
async function asDeviceError(build, work, always = false) {
  try {
    return await work;
  } catch (error) {
    throw always || isDeviceFault(error) ? new DeviceError(build, error) : error;
  }
}

/**
 * @param {"auto" | "webgpu"} device
 * @param {Awaited<ReturnType<WasmModule["probeWebGpu"]>>} probe
 * @returns {string | undefined} why not to use WebGPU
 */
function refuse(device, { usable, software, reason }) {
  if (!usable) return reason ?? "WebGPU is not available.";
  if (software && device === "auto") return reason ?? SOFTWARE_ADAPTER;
  return undefined;
}

/**
 * @param {{ deviceInfo: DeviceInfo }} user of the device
 * @param {string | null} reason
 * @returns {DeviceState}
 */
export function describe({ deviceInfo }, reason) {
  const { kind, name, description, compiled } = deviceInfo;
  const parts = [description];
  if (compiled?.shaders) {
    parts.push(`${compiled.shaders} shaders compiled in ${(compiled.milliseconds / 1_000).toFixed(1)} s`);
  }
  return { kind, name, description: parts.join(" · "), reason, pending: false };
}
