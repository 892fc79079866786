/**
 * The training page's side of its worker, which starts with the first request, and again after a
 * crash; after one before it said a word, only when the user resets the page: it would crash again.
 */
import { CodedError } from "../../shared/protocol.js";
import { WorkerClient } from "../../shared/rpc.js";
import { keepStorage } from "../../shared/storage.js";

/**
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../../shared/train/protocol.js").TrainRequests} TrainRequests
 */

export class TrainClient {
  /** @type {WorkerClient<TrainRequests, TrainEvent>} */
  #worker;
  /** @type {CodedError | undefined} why no worker can be started */
  #broken;

  /** @param {import("../../shared/rpc.js").Listeners<TrainEvent>} listeners */
  constructor(listeners) {
    this.#worker = new WorkerClient(new URL("../../workers/train/worker.js", import.meta.url), {
      ...listeners,
      onCrash: (error) => {
        if (error.code === "worker-broken") this.#broken = error;
        listeners.onCrash(error);
      },
    });
  }

  /**
   * Makes a request of protocol.js, where they are described.
   *
   * @template {keyof TrainRequests} Type
   * @param {Type} type
   * @param {TrainRequests[Type][0]} request
   * @returns {Promise<TrainRequests[Type][1]>}
   */
  ask(type, request) {
    if (type === "discard") this.#broken = undefined;
    if (this.#broken) return Promise.reject(this.#broken);
    if (!this.#worker.isRunning) this.#worker.start();
    if (type === "start") keepStorage();
    return this.#worker.ask(type, request);
  }

  /** @param {import("../../shared/train/protocol.js").Stroke[]} strokes */
  classify(strokes) {
    return this.ask("classify", { strokes });
  }

  /** For a worker that hangs: everything pending is rejected; runs stay as they were last stored. */
  terminate() {
    this.#worker.stop(new CodedError("terminated"));
  }
}
