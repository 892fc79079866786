/**
 * Which classifier answers: the CPU one at once, the WebGPU one as soon as it is ready, and the
 * CPU one again where the GPU fails. Runs in the worker; gets the wasm modules from outside.
 *
 * @typedef {import("../shared/protocol.js").Device} Device
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").Prediction} Prediction
 * @typedef {import("../shared/protocol.js").Preset} Preset
 * @typedef {import("../shared/protocol.js").Stroke} Stroke
 * @typedef {import("../shared/protocol.js").Words} Words
 * @typedef {import("../cpu.js").Classifier} Classifier
 * @typedef {import("./chooser.js").Job<Classifier, Source>} Job
 * @typedef {import("./wasm.js").WasmModule} WasmModule
 *
 * @typedef {{ preset: Preset | undefined, weights: Uint8Array }} Source the model; `preset` is its
 *   configuration where the weights name none
 *
 * @typedef {object} EngineOptions
 * @property {(onWait: (what: Words) => void) => import("./chooser.js").DeviceChooser} chooser
 * @property {Device} device
 * @property {Promise<Source>} source
 * @property {(state: DeviceState) => void} onDevice
 * @property {boolean} measure whether to measure even what was measured before
 * @property {() => number} now milliseconds
 */
import { describe } from "./chooser.js";
import { CodedError, wordsOf } from "../shared/protocol.js";

/** The number of times that each device reads it, to find the faster one. */
const RACE = { warmUps: 2, rounds: 7 };
/** A 7, in units of the pad. */
const SAMPLE = [{ points: Float32Array.of(80, 70, 200, 70, 160, 140, 130, 215), width: 20 }];

/** Most visits have no GPU, and time nothing. */
const timing = () => import("./fastest.js");

/** Nothing ends it. */
const NEVER = new AbortController().signal;

export class Engine {
  /** @type {EngineOptions} */
  #options;
  #chooser;
  /** @type {Classifier | undefined} kept once the GPU has taken over, to step in when that fails */
  #cpu;
  /** @type {Classifier | undefined} */
  #gpu;
  /** @type {Classifier | undefined} the GPU's, compared and not in use yet */
  #candidate;
  /** @type {Job} */
  #job;
  /** @type {DeviceState} */
  state = /** @type {DeviceState} */ ({});

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#options = options;
    // Who opens a device hears of its failure; nobody may be waiting yet.
    options.source.catch(() => {});
    this.#chooser = options.chooser((what) => this.#report(describe(this.#first, what), { pending: true }));
    this.#job = {
      prepare: () => options.source,
      make: (module, source, device) => this.#load(module, source, device),
      release: () => {},
      contest: {
        key: async (_, adapter) => (await timing()).keyOf("draw", adapter, this.#first.config),
        time: () => this.#time(),
        say: async (timings) => (await timing()).sayReading(timings),
        measure: options.measure,
      },
    };
  }

  /** The state is known from here on. */
  async start() {
    const { device } = this.#options;
    const { made, reason } = await this.#chooser.open(device === "ndarray" ? device : "cpu", this.#job, NEVER);
    this.#cpu = made;
    this.state = describe(made, reason);
  }

  /** Changes to WebGPU where that is wanted and there, and the faster; says why where it is not. */
  async takeOver() {
    const { device } = this.#options;
    if (device !== "auto" && device !== "webgpu") return;
    try {
      const { made, reason } = await this.#chooser.open(device, this.#job, NEVER);
      if (made !== this.#cpu) this.#gpu = made;
      else this.#candidate?.free();
      this.#report(describe(made, reason));
    } catch (error) {
      this.#report(describe(this.#first, wordsOf(error)));
    }
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Prediction | null>}
   */
  async classify(strokes) {
    if (!this.#gpu) return this.#first.classify(strokes);
    try {
      return await this.#chooser.orCrash(this.#gpu.classify(strokes));
    } catch (error) {
      const replaced = await this.#leaveGpu(error);
      if (!replaced) throw error;
      return replaced.classify(strokes);
    }
  }

  /**
   * @param {unknown} error an uncaught error
   * @returns {boolean} whether the CPU carries on
   */
  absorb(error) {
    if (!this.#chooser.absorb(error)) return false;
    this.#leaveGpu(error);
    return true;
  }

  get #first() {
    if (this.#cpu) return this.#cpu;
    throw new CodedError("not-loaded");
  }

  /**
   * @param {WasmModule} module
   * @param {Source} source
   * @param {import("./wasm.js").Build} device
   */
  async #load(module, source, device) {
    const there = device === "webgpu" ? this.#candidate : this.#cpu;
    return there ?? module.Classifier.load({ device, ...source });
  }

  /** The CPU answers in between. */
  async #time() {
    const { race } = await timing();
    return this.#chooser.onGpu(async (module) => {
      const gpu = await this.#load(module, await this.#options.source, "webgpu");
      const work = { cpu: () => this.#first.classify(SAMPLE), webgpu: () => gpu.classify(SAMPLE) };
      const timings = await race(work, { ...RACE, now: this.#options.now });
      this.#candidate = gpu;
      return timings;
    });
  }

  /**
   * The GPU classifier is not freed: after a failure its memory can no longer be trusted.
   *
   * @param {unknown} error
   * @returns {Promise<Classifier | null>} what answers instead
   */
  async #leaveGpu(error) {
    if (!this.#gpu) return this.#first;
    const opened = await this.#chooser.replace(this.#gpu, error, this.#job);
    if (!opened) return null;
    this.#gpu = undefined;
    this.#report(describe(opened.made, opened.reason));
    return opened.made;
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
