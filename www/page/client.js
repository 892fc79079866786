/**
 * The drawing page's side of its worker.
 */
import { CodedError } from "../shared/protocol.js";
import { WorkerClient } from "../shared/rpc.js";
import { requests } from "./requests.js";

/**
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").DrawRequests} DrawRequests
 * @typedef {import("../shared/protocol.js").Prediction} Prediction
 * @typedef {import("../shared/protocol.js").Stroke} Stroke
 * @typedef {import("../shared/protocol.js").WorkerEvent} WorkerEvent
 * @typedef {Omit<import("../shared/rpc.js").Listeners<WorkerEvent>, "onRequests">} ClientListeners
 */

export class Client {
  /** @type {WorkerClient<DrawRequests, WorkerEvent>} */
  #worker;

  /** @param {ClientListeners} listeners */
  constructor(listeners) {
    this.#worker = new WorkerClient(new URL("../workers/worker.js", import.meta.url), {
      ...listeners,
      onRequests: (addresses) => requests.add(addresses),
    });
  }

  /**
   * Loads a model in a fresh worker. The old one goes: so a failed start, a crash and a lost GPU
   * leave nothing behind. What was pending is rejected with the code `superseded`.
   *
   * @param {Pick<import("../shared/settings.js").Settings, "device" | "model">} settings
   * @param {{ measure: boolean }} options whether to forget how fast the devices were
   * @returns {Promise<DeviceState>}
   */
  start({ device, model }, { measure }) {
    this.#worker.stop(new CodedError("superseded"));
    this.#worker.start();
    return this.#worker.ask("load", { device, model, measure });
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Prediction | null>} null where nothing is drawn
   */
  classify(strokes) {
    return this.#worker.ask("classify", { strokes });
  }

  /**
   * @param {Uint8Array} pixels
   * @param {number} label
   * @returns {Promise<number>} how many digits of the user's own are kept
   */
  keepDigit(pixels, label) {
    return this.#worker.ask("keepDigit", { pixels, label });
  }
}
