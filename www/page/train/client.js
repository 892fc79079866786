/**
 * The training page's side of its worker, which starts with the first request, and again after a
 * crash; after one before it said a word, only when the user resets the page: it would crash again.
 */
import { CodedError } from "../../shared/protocol.js";
import { WorkerClient } from "../../shared/rpc.js";
import { askToKeep } from "../persist.js";
import { requests } from "../requests.js";

/**
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../../shared/train/protocol.js").TrainRequests} TrainRequests
 *
 * @typedef {Omit<import("../../shared/rpc.js").Listeners<TrainEvent>, "onRequests">
 *   & { onRefusal: () => void }} TrainListeners `onRefusal`: the browser may clear what it keeps
 */

/** @type {Set<keyof TrainRequests>} that keep what can't be had again; labels.js asks for its own */
const KEEPING = new Set(["start", "import", "importDigits"]);

export class TrainClient {
  /** @type {WorkerClient<TrainRequests, TrainEvent>} */
  #worker;
  /** @type {CodedError | undefined} why no worker can be started */
  #broken;
  #onRefusal;

  /** @param {TrainListeners} listeners */
  constructor(listeners) {
    this.#onRefusal = listeners.onRefusal;
    this.#worker = new WorkerClient(new URL("../../workers/train/worker.js", import.meta.url), {
      ...listeners,
      onCrash: (error) => {
        if (error.code === "worker-broken") this.#broken = error;
        listeners.onCrash(error);
      },
      onRequests: (addresses) => requests.add(addresses),
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
    if (KEEPING.has(type)) askToKeep().then((isRefused) => isRefused && this.#onRefusal());
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
