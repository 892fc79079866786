/**
 * The runs: loads one, and keeps it until another takes its place; answers for those in storage.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../shared/train/protocol.js").DataSpec} DataSpec
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("../../shared/train/protocol.js").RunSpec} RunSpec
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../../shared/protocol.js").Words} Words
 * @typedef {import("./data.js").Lease} Lease
 * @typedef {import("../chooser.js").Opened<Trainer>} Opened
 * @typedef {import("../chooser.js").Contest} Contest
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 * @typedef {import("../wasm.js").Build} Build
 * @typedef {import("../../cpu.js").DataSet} DataSet
 * @typedef {{ contest: Contest | null, signal?: AbortSignal }} JobOptions `signal` ends the download of data
 * @typedef {import("../chooser.js").Job<Trainer, Lease | null>} Job
 *
 * @typedef {object} Plan
 * @property {RunSpec} spec
 * @property {Job} job
 * @property {(trainer: Trainer) => RunInfo} run
 */
import { withResolvers } from "../../shared/compat.js";
import { describe } from "../chooser.js";
import { CodedError } from "../../shared/protocol.js";
import { contestOf } from "./contest.js";
import { Session } from "./session.js";
import { sourceOf } from "../../shared/train/sources.js";
import { lockRun, newRunId, readCheckpoint, readRun, saveRun } from "../../shared/train/store.js";

export class Runner {
  /** @type {import("../chooser.js").DeviceChooser} */
  #chooser;
  /** @type {import("./data.js").Data} */
  #data;
  /** @type {(event: TrainEvent) => void} */
  #post;
  /** @type {AbortController | null} cancels what is being loaded */
  #loading = null;
  /** @type {Session | null} */
  session = null;

  /**
   * @param {import("../chooser.js").DeviceChooser} chooser
   * @param {import("./data.js").Data} data
   * @param {(event: TrainEvent) => void} post
   */
  constructor(chooser, data, post) {
    this.#chooser = chooser;
    this.#data = data;
    this.#post = post;
  }

  /**
   * @param {RunSpec} spec
   * @param {boolean} measure
   * @returns {Promise<RunInfo>}
   */
  start(spec, measure) {
    const { preset, config, recipe } = spec;
    const id = newRunId();
    return this.#load(id, async (signal) => {
      // What can be wrong without data is said before any is loaded.
      (await this.#chooser.load("cpu")).module.checkOptions({ preset, config, recipe });
      const contest = this.#contest(() => ({ preset, config, recipe }), measure, signal);
      const make = (/** @type {WasmModule} */ module, /** @type {DataSet | null} */ data, /** @type {Build} */ device) => {
        if (!data) throw new TypeError("a new run needs data");
        return module.Trainer.create({ data, device, preset, config, recipe });
      };
      const job = this.#job(spec.data, { contest, signal }, make);
      return { spec, job, run: (trainer) => newRun(id, spec, trainer) };
    });
  }

  /**
   * @param {string} id
   * @param {DataSpec} [data] where the run's own is not known here
   * @returns {Promise<RunInfo>}
   */
  async resume(id, data) {
    if (this.session?.run.id === id && this.session.state === "paused") {
      await this.session.continue();
      return this.session.run;
    }
    return this.#load(id, async (signal) => {
      const [run, checkpoint] = await Promise.all([readRun(id), readCheckpoint(id)]);
      const spec = data ? { ...run.spec, data } : run.spec;
      const contest = this.#contest((module) => optionsOf(checkpoint, spec, module), false, signal);
      return { spec, job: this.#resumer(checkpoint, spec.data, { contest, signal }), run: () => ({ ...run, spec }) };
    });
  }

  /** @returns {Session} */
  get current() {
    if (this.session) return this.session;
    throw new CodedError("no-run");
  }

  async stop() {
    if (this.#loading) return this.discard();
    return this.current.stop();
  }

  async discard() {
    const loading = this.#loading;
    this.#loading = null;
    loading?.abort(new CodedError("superseded", { kind: "cancelled" }));
    await this.#close();
    this.#postIdle();
  }

  /**
   * @param {string} id
   * @param {(signal: AbortSignal) => Promise<Plan>} plan
   * @returns {Promise<RunInfo>}
   */
  async #load(id, plan) {
    if (this.#loading || this.session?.isGoingOn) throw new CodedError("run-active");
    const loading = (this.#loading = new AbortController());
    const { signal } = loading;
    const cancelled = withResolvers();
    signal.addEventListener("abort", () => cancelled.reject(signal.reason));
    try {
      return await Promise.race([this.#open(id, plan, signal), cancelled.promise]);
    } catch (error) {
      if (!signal.aborted) this.#postIdle();
      throw error;
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  /**
   * Opens a run. Where that is cancelled, it goes on to the next point where it can be thrown away.
   *
   * @param {string} id
   * @param {(signal: AbortSignal) => Promise<Plan>} plan
   * @param {AbortSignal} signal
   * @returns {Promise<RunInfo>}
   */
  async #open(id, plan, signal) {
    await this.#close();
    this.wait({ key: "wait.run" });
    const release = await lockRun(id);
    try {
      const { spec, job, run } = await plan(signal);
      const opened = await this.#chooser.open(spec.device, job, signal);
      const session = this.#sessionOf(opened, run(opened.made), release);
      try {
        signal.throwIfAborted();
        await session.start();
        signal.throwIfAborted();
      } catch (error) {
        await session.close();
        throw error;
      }
      this.session = session;
      return session.run;
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * @param {Opened} opened
   * @param {RunInfo} run
   * @param {() => void} release
   */
  #sessionOf({ made: trainer, memory, reason }, run, release) {
    let bytes = memory;
    let current = trainer;
    this.#post({ event: "device", device: describe(trainer, reason) });
    return new Session({
      run,
      trainer,
      release,
      post: this.#post,
      store: saveRun,
      now: () => performance.timeOrigin + performance.now(),
      memory: () => bytes.buffer.byteLength,
      orCrash: (work) => this.#chooser.orCrash(work),
      replace: async (error, checkpoint) => {
        const opened = await this.#chooser.replace(current, error, this.#resumer(checkpoint, run.spec.data, { contest: null }));
        if (!opened) return null;
        bytes = opened.memory;
        current = opened.made;
        this.#post({ event: "device", device: describe(current, opened.reason) });
        return current;
      },
    });
  }

  /**
   * @param {Uint8Array} checkpoint
   * @param {DataSpec} data
   * @param {JobOptions} options
   */
  #resumer(checkpoint, data, options) {
    const needed = sourceOf(data.source).isMadeAgain ? null : data;
    return this.#job(needed, options, (module, set, device) => module.Trainer.resume(checkpoint, { device, data: set ?? undefined }));
  }

  /**
   * @param {DataSpec | null} data
   * @param {JobOptions} options
   * @param {(module: WasmModule, set: DataSet | null, device: Build) => Promise<Trainer>} make
   * @returns {Job}
   */
  #job(data, { contest, signal }, make) {
    return {
      contest,
      prepare: async (module) => {
        this.wait({ key: "wait.data" });
        return data && this.#data.open(data, module, signal);
      },
      make: (module, lease, device) => {
        this.wait({ key: "wait.model" });
        return make(module, lease?.set ?? null, device);
      },
      // Trainers share it: it goes when the last of them is freed.
      release: (lease) => lease?.release(),
    };
  }

  /**
   * @param {(module: WasmModule) => import("./trial.js").Options} options
   * @param {boolean} measure
   * @param {AbortSignal} signal
   */
  #contest(options, measure, signal) {
    return contestOf(this.#chooser, options, { measure, signal, now: () => performance.now() });
  }

  async #close() {
    const { session } = this;
    this.session = null;
    await session?.close();
  }

  /** @param {Words} message what takes its time while a run is loaded */
  wait(message) {
    if (this.#loading) this.#post({ event: "state", state: "loading", run: null, message });
  }

  #postIdle() {
    this.#post({ event: "state", state: "idle", run: null, message: null });
  }
}

/**
 * @param {Uint8Array} checkpoint
 * @param {RunSpec} spec
 * @param {Pick<WasmModule, "Trainer">} module
 */
function optionsOf(checkpoint, { preset }, module) {
  const { config, recipe } = module.Trainer.inspect(checkpoint);
  return { preset, config, recipe };
}

/**
 * @param {string} id
 * @param {RunSpec} spec
 * @param {Pick<Trainer, "position" | "data">} trainer
 * @returns {RunInfo}
 */
export function newRun(id, spec, { position, data }) {
  return {
    id,
    name: spec.name,
    status: "running",
    active: false,
    created: Date.now(),
    saved: 0,
    bytes: 0,
    spec,
    data: data.name,
    position,
    loss: null,
    validationAccuracy: null,
    testAccuracy: null,
  };
}
