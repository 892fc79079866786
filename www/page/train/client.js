/**
 * The training page's side of its worker, which starts with the first request, and again after a
 * crash.
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

  /** @param {import("../../shared/rpc.js").Listeners<TrainEvent>} listeners */
  constructor(listeners) {
    this.#worker = new WorkerClient(new URL("../../workers/train/worker.js", import.meta.url), listeners);
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
    this.#worker.stop(new CodedError("terminated", "the computation was ended"));
  }
}
