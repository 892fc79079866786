/**
 * The drawing page's side of its workers: one answers, and while another model or device is loaded, a
 * second one loads it.
 */
import { CodedError } from "../shared/protocol.js";
import { WorkerClient } from "../shared/rpc.js";
import { held } from "./held.js";
import { requests } from "./requests.js";

/**
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").DrawRequests} DrawRequests
 * @typedef {import("../shared/protocol.js").Prediction} Prediction
 * @typedef {import("../shared/protocol.js").Stroke} Stroke
 * @typedef {import("../shared/protocol.js").WorkerEvent} WorkerEvent
 * @typedef {Omit<import("../shared/rpc.js").Listeners<WorkerEvent>, "onRequests">} ClientListeners
 * @typedef {WorkerClient<DrawRequests, WorkerEvent>} DrawWorker
 */

/** A CPU reads a digit within milliseconds; a GPU is given up by the worker itself after 120 s. */
const PATIENCE_SECONDS = { cpu: 30, gpu: 150 };

export class Client {
  #listeners;
  /** @type {DrawWorker | undefined} answers */
  #worker;
  /** @type {DrawWorker | undefined} loads, to answer instead */
  #next;
  /** @type {DeviceState | undefined} of what answers */
  #device;

  /** @param {ClientListeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  get isLoading() {
    return this.#next !== undefined;
  }

  /**
   * Loads a model in a fresh worker: so a failed start, a crash and a lost GPU leave nothing behind.
   * The old worker answers until then, and goes once the new one is ready; where that fails, it stays.
   * Calls that were pending then are rejected with the code `superseded`, and so is a load by a later one.
   *
   * @param {Pick<import("../shared/settings.js").Settings, "device" | "model">} settings
   * @param {{ measure: boolean }} options whether to forget how fast the devices were
   * @returns {Promise<DeviceState>}
   */
  async start({ device, model }, { measure }) {
    this.#next?.stop(new CodedError("superseded"));
    const next = (this.#next = this.#create());
    try {
      next.start();
      const state = await next.ask("load", { device, model, weights: held.get(model), measure });
      const old = this.#worker;
      this.#worker = next;
      this.#device = state;
      old?.stop(new CodedError("superseded"));
      return state;
    } catch (error) {
      next.stop(new CodedError("not-loaded"));
      throw error;
    } finally {
      if (this.#next === next) this.#next = undefined;
    }
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Prediction | null>} null where nothing is drawn; rejects with the code
   *   `worker-silent` where the worker had to be ended, because it did not answer
   */
  async classify(strokes) {
    const worker = this.#answering();
    const isCpu = this.#device?.kind !== "webgpu" && !this.#device?.pending;
    const seconds = isCpu ? PATIENCE_SECONDS.cpu : PATIENCE_SECONDS.gpu;
    const timer = setTimeout(() => worker.stop(new CodedError("worker-silent", { seconds })), 1_000 * seconds);
    try {
      return await worker.ask("classify", { strokes });
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * @param {Uint8Array} pixels
   * @param {number} label
   * @returns {Promise<number>} how many digits of the user's own are kept
   */
  async keepDigit(pixels, label) {
    return this.#answering().ask("keepDigit", { pixels, label });
  }

  #answering() {
    if (this.#worker) return this.#worker;
    throw new CodedError("not-loaded");
  }

  #create() {
    /** @type {DrawWorker} */
    const worker = new WorkerClient(new URL("../workers/worker.js", import.meta.url), {
      onEvent: (event) => this.#receive(worker, event),
      // Of one that loads, `start` tells.
      onCrash: (error) => worker === this.#worker && this.#listeners.onCrash(error),
      onRequests: (addresses) => requests.add(addresses),
    });
    return worker;
  }

  /**
   * @param {DrawWorker} worker
   * @param {WorkerEvent} event
   */
  #receive(worker, event) {
    // The device is that of what answers, progress that of what loads.
    const source = event.event === "device" ? this.#worker : (this.#next ?? this.#worker);
    if (worker !== source) return;
    if (event.event === "device") this.#device = event.device;
    this.#listeners.onEvent(event);
  }
}
