/**
 * The training page's side of its worker: a method for each request of protocol.js, where they
 * are described. The worker starts with the first of them, and again after a crash.
 */
import { CodedError } from "../protocol.js";
import { WorkerClient } from "../rpc.js";
import { keepStorage } from "../storage.js";

/**
 * @typedef {import("./protocol.js").DataSpec} DataSpec
 * @typedef {import("./protocol.js").Prediction} Prediction
 * @typedef {import("./protocol.js").RunInfo} RunInfo
 * @typedef {import("./protocol.js").TrainEvent} TrainEvent
 * @typedef {import("./protocol.js").TrainRequest} TrainRequest
 */

/**
 * @template {TrainRequest["type"]} Type
 * @typedef {Omit<Extract<TrainRequest, { type: Type }>, "type">} Request what belongs to it
 */

export class TrainClient {
  /** @type {WorkerClient<TrainEvent>} */
  #worker;

  /** @param {import("../rpc.js").Listeners<TrainEvent>} listeners */
  constructor(listeners) {
    this.#worker = new WorkerClient(new URL("./worker.js", import.meta.url), listeners);
  }

  /** @returns {Promise<import("./protocol.js").Sets>} */
  sets() {
    return this.#call({ type: "sets" });
  }

  /**
   * @param {DataSpec} data
   * @returns {Promise<import("./protocol.js").DataInfo>}
   */
  describe(data) {
    return this.#call({ type: "describe", data });
  }

  /**
   * @param {Request<"preview">} request
   * @returns {Promise<{ plain: import("./protocol.js").Samples,
   *   augmented: import("./protocol.js").Samples | null }>}
   */
  preview(request) {
    return this.#call({ type: "preview", ...request });
  }

  /**
   * @param {File[]} files
   * @returns {Promise<{ set: string, info: import("./protocol.js").DataInfo }>}
   */
  addFiles(files) {
    return this.#call({ type: "add-files", files });
  }

  /**
   * @param {string} set
   * @returns {Promise<void>}
   */
  removeSet(set) {
    return this.#call({ type: "remove-set", set });
  }

  /**
   * @param {Request<"check">} request
   * @returns {Promise<{ parameters: number }>}
   */
  check(request) {
    return this.#call({ type: "check", ...request });
  }

  /**
   * @param {import("./protocol.js").Preset} preset
   * @returns {Promise<{ config: import("./protocol.js").VitConfig, recipe: import("./protocol.js").Recipe }>}
   */
  preset(preset) {
    return this.#call({ type: "preset", preset });
  }

  /**
   * @param {Request<"start">} request
   * @returns {Promise<RunInfo>}
   */
  start(request) {
    keepStorage();
    return this.#call({ type: "start", ...request });
  }

  /**
   * @param {string} id
   * @param {DataSpec} [data] where the run's own is not known here
   * @returns {Promise<RunInfo>}
   */
  resume(id, data) {
    return this.#call({ type: "resume", id, data });
  }

  /** @returns {Promise<void>} */
  pause() {
    return this.#call({ type: "pause" });
  }

  /** @returns {Promise<void>} */
  continue() {
    return this.#call({ type: "continue" });
  }

  /** @returns {Promise<void>} */
  stop() {
    return this.#call({ type: "stop" });
  }

  /** @returns {Promise<void>} */
  discard() {
    return this.#call({ type: "discard" });
  }

  /**
   * @param {import("./protocol.js").Stroke[]} strokes
   * @returns {Promise<Prediction | null>}
   */
  classify(strokes) {
    return this.#call({ type: "classify", strokes });
  }

  /**
   * @param {import("./protocol.js").Stroke[]} strokes
   * @returns {Promise<Uint8Array | null>}
   */
  rasterize(strokes) {
    return this.#call({ type: "rasterize", strokes });
  }

  /** @returns {Promise<RunInfo[]>} */
  runs() {
    return this.#call({ type: "runs" });
  }

  /**
   * @param {string} id
   * @returns {Promise<import("./protocol.js").CheckpointInfo>}
   */
  inspect(id) {
    return this.#call({ type: "inspect", id });
  }

  /**
   * @param {string} id
   * @param {string} name
   * @returns {Promise<RunInfo>}
   */
  rename(id, name) {
    return this.#call({ type: "rename", id, name });
  }

  /**
   * @param {string} id
   * @returns {Promise<void>}
   */
  delete(id) {
    return this.#call({ type: "delete", id });
  }

  /**
   * @param {string} id
   * @param {Request<"export">["what"]} what
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  export(id, what) {
    return this.#call({ type: "export", id, what });
  }

  /**
   * @param {string} name
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<RunInfo>}
   */
  import(name, bytes) {
    return this.#call({ type: "import", name, bytes });
  }

  /** For a worker that hangs: everything pending is rejected; runs stay as they were last stored. */
  terminate() {
    this.#worker.stop(new CodedError("terminated", "the computation was ended"));
  }

  /**
   * @param {TrainRequest} request
   * @returns {Promise<any>}
   */
  #call(request) {
    if (!this.#worker.isRunning) this.#worker.start();
    return this.#worker.call(request);
  }
}
