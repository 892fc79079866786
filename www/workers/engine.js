/**
 * Which classifier answers: the CPU one at once, the WebGPU one as soon as it is ready, and the
 * CPU one again where the GPU fails. `auto` takes WebGPU only where it reads faster. Runs in the
 * worker; gets the wasm modules from outside.
 *
 * @typedef {import("../shared/protocol.js").Device} Device
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").Prediction} Prediction
 * @typedef {import("../shared/protocol.js").Preset} Preset
 * @typedef {import("../shared/protocol.js").Stroke} Stroke
 * @typedef {import("../cpu.js").Classifier} Classifier
 * @typedef {Pick<import("./wasm.js").WasmModule, "Classifier" | "probeWebGpu">} WasmModule
 *
 * @typedef {object} EngineOptions
 * @property {Device} device
 * @property {string | null} reason why it is not the device that was asked for, or slower than it could be
 * @property {Preset | undefined} preset the configuration where the weights name none
 * @property {WasmModule} cpu
 * @property {Uint8Array} weights
 * @property {() => Promise<WasmModule>} loadWebGpu
 * @property {(state: DeviceState) => void} onDevice
 * @property {Pick<import("./speeds.js").Speeds, "recall" | "remember">} speeds
 * @property {boolean} measure whether to measure even what was measured before
 * @property {() => number} now milliseconds
 */
import { CrashWatch } from "./crash.js";
import { fastest, keyOf, race, sayReading } from "./fastest.js";
import { codeOf, messageOf } from "../shared/protocol.js";

const NO_NDARRAY = "This build does not contain the ndarray backend.";
const SOFTWARE_ADAPTER = "The only WebGPU adapter is a software one, which is slower than the CPU.";

/** How often each device reads it to find the faster one. */
const RACE = { warmUps: 2, rounds: 7 };
/** A 7, in units of the pad. */
const SAMPLE = [{ points: Float32Array.of(80, 70, 200, 70, 160, 140, 130, 215), width: 20 }];

/** Codes of errors that are about the input: another device would say the same. */
const INPUT_ERRORS = new Set(["invalid-argument", "invalid-image"]);

/** Longer than a model takes to load, on a software adapter too. */
const PATIENCE_MS = 120_000;

export class Engine {
  /** @type {EngineOptions} */
  #options;
  /** @type {Classifier} kept once the GPU has taken over, to step in when that fails */
  #cpu;
  /** @type {Classifier | undefined} */
  #gpu;
  #crash = new CrashWatch(PATIENCE_MS);
  /** @type {DeviceState} */
  state;

  /**
   * @param {EngineOptions} options
   * @param {Classifier} cpu
   * @param {string | null} reason
   */
  constructor(options, cpu, reason) {
    this.#options = options;
    this.#cpu = cpu;
    this.state = describe(cpu, reason);
  }

  /** @param {EngineOptions} options */
  static async start(options) {
    const { cpu, device, reason, preset, weights } = options;
    if (device !== "ndarray") {
      return new Engine(options, await cpu.Classifier.load({ device: "cpu", preset, weights }), reason);
    }
    try {
      return new Engine(options, await cpu.Classifier.load({ device, preset, weights }), null);
    } catch (error) {
      if (codeOf(error) !== "device-unavailable") throw error;
      const classifier = await cpu.Classifier.load({ device: "cpu", preset, weights });
      return new Engine(options, classifier, NO_NDARRAY);
    }
  }

  /** Changes to WebGPU where that is wanted and there, and the faster; says why where it is not. */
  async takeOver() {
    const { device, cpu, speeds, measure } = this.#options;
    if (device !== "auto" && device !== "webgpu") return;
    this.#report(describe(this.#cpu, "Looking for a GPU …"), { pending: true });
    try {
      const probe = await cpu.probeWebGpu();
      const refusal = refuse(device, probe);
      if (refusal) return this.#report(describe(this.#cpu, refusal));
      const key = keyOf("draw", probe.description, this.#cpu.config);
      const known = device === "auto" && !measure ? await speeds.recall(key) : null;
      if (known && fastest(known) === "cpu") return this.#report(describe(this.#cpu, sayReading(known)));
      this.#report(describe(this.#cpu, "Starting WebGPU …"), { pending: true });
      const gpu = await this.#startGpu();
      const timings = device === "auto" ? (known ?? (await this.#compare(gpu, key))) : null;
      if (timings && fastest(timings) === "cpu") {
        gpu.free();
        return this.#report(describe(this.#cpu, sayReading(timings)));
      }
      this.#gpu = gpu;
      this.#report(describe(gpu, timings && sayReading(timings)));
    } catch (error) {
      this.#leaveGpu("WebGPU could not be started", error);
    }
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Prediction | null>}
   */
  async classify(strokes) {
    if (!this.#gpu) return this.#cpu.classify(strokes);
    try {
      return await this.#crash.race(this.#gpu.classify(strokes));
    } catch (error) {
      if (INPUT_ERRORS.has(codeOf(error))) throw error;
      this.#leaveGpu("WebGPU failed", error);
      return this.#cpu.classify(strokes);
    }
  }

  /**
   * A panic in wasm leaves the promise it belongs to hanging, and shows as an uncaught error only.
   * @param {unknown} error an uncaught error
   * @returns {boolean} whether it was the GPU module's, and the CPU carries on
   */
  absorb(error) {
    if (!this.#crash.absorb(error)) return false;
    if (this.#gpu) this.#leaveGpu("WebGPU failed", error);
    return true;
  }

  async #startGpu() {
    const { preset, weights, loadWebGpu } = this.#options;
    const { Classifier } = await loadWebGpu();
    this.#crash.start();
    const gpu = await this.#crash.race(Classifier.load({ device: "webgpu", preset, weights }));
    const { kind, fallback } = gpu.deviceInfo;
    if (kind !== "webgpu") throw new Error(fallback?.reason ?? `the model was loaded on ${kind}`);
    return gpu;
  }

  /**
   * The CPU answers in between.
   *
   * @param {Classifier} gpu
   * @param {string} key
   */
  async #compare(gpu, key) {
    const { speeds, now } = this.#options;
    this.#report(describe(this.#cpu, "Comparing WebGPU with the CPU …"), { pending: true });
    const work = { cpu: () => this.#cpu.classify(SAMPLE), webgpu: () => this.#crash.race(gpu.classify(SAMPLE)) };
    const timings = await race(work, { ...RACE, now });
    await speeds.remember(key, timings);
    return timings;
  }

  /**
   * The GPU classifier is not freed: after a failure its memory can no longer be trusted.
   * @param {string} what
   * @param {unknown} error
   */
  #leaveGpu(what, error) {
    this.#gpu = undefined;
    const why = messageOf(error);
    // A build that is not there has not failed.
    const reason = codeOf(error) === "not-built" ? why : `${what}: ${why}`;
    this.#report(describe(this.#cpu, reason));
  }

  /**
   * @param {DeviceState} state
   * @param {Partial<DeviceState>} [changes]
   */
  #report(state, changes) {
    this.state = { ...state, ...changes };
    this.#options.onDevice(this.state);
  }
}

/**
 * @param {"auto" | "webgpu"} device
 * @param {Awaited<ReturnType<WasmModule["probeWebGpu"]>>} probe
 * @returns {string | undefined} why not to use WebGPU
 */
export function refuse(device, { usable, software, reason }) {
  if (!usable) return reason ?? "WebGPU is not available.";
  if (software && device === "auto") return reason ?? SOFTWARE_ADAPTER;
  return undefined;
}

/**
 * @param {Pick<Classifier, "deviceInfo">} user of the device
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
