/**
 * The device for a job: WebGPU where that is wanted and there, or else the CPU, and why. `auto`
 * takes WebGPU only where it does the job faster. Each worker has one chooser.
 *
 * @typedef {import("../cpu.js").DeviceInfo} DeviceInfo
 * @typedef {import("../shared/protocol.js").Device} Device
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").Words} Words
 * @typedef {import("./fastest.js").Timings} Timings
 * @typedef {import("./wasm.js").Build} Build
 * @typedef {import("./wasm.js").Loaded} Loaded
 * @typedef {import("./wasm.js").WasmModule} WasmModule
 *
 * @typedef {object} ChooserOptions
 * @property {(build: Build, failures: number) => Promise<Loaded>} load `failures` is how often the GPU
 *   has failed: each time its module is of no more use, and a new one is wanted
 * @property {(what: Words) => void} onWait what takes its time
 * @property {Pick<import("./speeds.js").Speeds, "recall" | "remember">} speeds
 * @property {number} patience milliseconds in which the GPU must have answered
 *
 * @typedef {{ deviceInfo: Pick<DeviceInfo, "kind" | "fallback">, free: () => void }} Worker what does a
 *   job: a classifier or a trainer
 *
 * @typedef {object} Contest how the faster device is found
 * @property {(cpu: WasmModule, adapter: string) => string | Promise<string>} key what the times depend on
 * @property {() => Promise<Timings>} time
 * @property {(timings: Timings) => Words | Promise<Words>} say
 * @property {boolean} measure whether to measure even what was measured before
 */
import { CrashWatch, isDeviceFault, withTimeLimit } from "./crash.js";
import { INSECURE, isInsecure } from "../shared/insecure.js";
import { wordsOf } from "../shared/protocol.js";

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
 * @typedef {{ made: Made, memory: WebAssembly.Memory, reason: Words | null }} Opened `reason` says why
 *   it is not the device that was asked for, or slower than it could be
 */

/** A GPU that fails more often than drivers are restarted is left alone. */
const MOST_FAILURES = 3;
/** Browsers name their adapter within a second, or never. */
const ADAPTER_MS = 20_000;

export class DeviceChooser {
  /** @type {ChooserOptions} */
  #options;
  /** @type {Map<Build, Promise<Loaded>>} */
  #loaded = new Map();
  #crash;
  /** @type {Words | null} why the GPU is not tried again */
  #gpuFailure = null;
  #failures = 0;

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
      loaded = this.#options.load(build, build === "webgpu" ? this.#failures : 0);
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
      this.#options.onWait({ key: "wait.webgpu" });
      return await this.#open("webgpu", job, verdict?.reason ?? null);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DeviceError)) throw error;
      return this.#open("cpu", job, error.words);
    }
  }

  /**
   * The stand-in for a worker that has failed.
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
    // An uncaught error and a call that waits may tell of the same failure.
    if (this.#loaded.delete("webgpu")) this.#failures += 1;
    return (this.#gpuFailure = { key: "device.failed", values: { why: wordsOf(error) } });
  }

  /** @param {"auto" | "webgpu"} device */
  async #probe(device) {
    if (this.#gpuFailure && this.#failures >= MOST_FAILURES) return { refusal: { key: "device.not-again", values: { why: this.#gpuFailure } }, adapter: "" };
    this.#options.onWait({ key: "wait.adapter" });
    const { module } = await this.load("cpu");
    const probe = await asDeviceError("webgpu", withTimeLimit(module.probeWebGpu(), ADAPTER_MS, "browser"));
    return { refusal: refuse(device, probe), adapter: probe.description };
  }

  /**
   * @param {Contest | null} contest
   * @param {string} adapter
   * @param {AbortSignal} signal
   * @returns {Promise<{ device: "cpu" | "webgpu", reason: Words } | null>} null where nobody knows
   */
  async #compare(contest, adapter, signal) {
    if (!contest) return null;
    const { speeds, onWait } = this.#options;
    const { module } = await this.load("cpu");
    try {
      const key = await contest.key(module, adapter);
      const known = contest.measure ? null : await speeds.recall(key);
      if (!known) onWait({ key: "wait.comparison" });
      const timings = known ?? (await contest.time());
      if (!known) await speeds.remember(key, timings);
      const { fastest } = await import("./fastest.js");
      return { device: fastest(timings), reason: await contest.say(timings) };
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
   * @param {Words | null} reason
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
      throw new DeviceError(build, fallback ? wordsOfFallback(fallback) : { key: "device.loaded-elsewhere", values: { kind } });
    } finally {
      release(prepared);
    }
  }
}

/** A device other than the CPU could not be started. */
class DeviceError extends Error {
  /**
   * @param {Build} build
   * @param {Words} why
   */
  constructor(build, why) {
    super(why.text ?? why.key);
    const name = build === "webgpu" ? "WebGPU" : build;
    /** @type {Words} A build that is not there has not failed. */
    this.words = why.key === "error.not-built" ? why : { key: "device.not-started", values: { name, why } };
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
    throw always || isDeviceFault(error) ? new DeviceError(build, wordsOf(error)) : error;
  }
}

/**
 * @param {"auto" | "webgpu"} device
 * @param {Awaited<ReturnType<WasmModule["probeWebGpu"]>>} probe
 * @returns {Words | null} why not to use WebGPU
 */
function refuse(device, probe) {
  const isRefused = !probe.usable || (probe.software && device === "auto");
  return isRefused ? wordsOfFallback(probe) : null;
}

/**
 * @param {{ code: string | null, detail: string | null, reason: string | null }} fallback
 * @returns {Words}
 */
function wordsOfFallback({ code, detail, reason }) {
  if (code === "no-webgpu" && isInsecure()) return INSECURE;
  return { key: `fallback.${code}`, values: { detail: detail && nameOf(detail) }, text: reason ?? undefined };
}

/** @type {(adapter: string) => Words | string} browsers that tell nobody its name have a word for it */
function nameOf(adapter) {
  return adapter === "unnamed adapter" ? { key: "device.unnamed", text: adapter } : adapter;
}

/**
 * @param {{ deviceInfo: DeviceInfo }} user of the device
 * @param {Words | null} reason
 * @returns {DeviceState}
 */
export function describe({ deviceInfo }, reason) {
  const { kind, name } = deviceInfo;
  return { kind, name, description: descriptionOf(deviceInfo), reason, pending: false };
}

/**
 * @param {DeviceInfo} info
 * @returns {Words | string} an adapter's name is the same in every language
 */
function descriptionOf({ kind, description, compiled }) {
  if (kind !== "webgpu") return { key: `device.how.${kind}`, text: description };
  const adapter = nameOf(description);
  if (!compiled?.shaders) return adapter;
  const seconds = (compiled.milliseconds / 1_000).toFixed(1);
  return { key: "device.with-shaders", values: { adapter, count: compiled.shaders, seconds } };
}
