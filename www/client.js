/**
 * The page's side of the worker: the only module that talks to it.
 */
import { CodedError, fromPlainError } from "./protocol.js";

/**
 * @typedef {import("./protocol.js").DeviceState} DeviceState
 * @typedef {import("./protocol.js").Prediction} Prediction
 * @typedef {import("./protocol.js").Stroke} Stroke
 * @typedef {import("./protocol.js").LoadRequest} LoadRequest
 * @typedef {import("./protocol.js").ClassifyRequest} ClassifyRequest
 * @typedef {import("./protocol.js").Reply} Reply
 * @typedef {import("./protocol.js").WorkerEvent} WorkerEvent
 *
 * @typedef {object} ClientListeners
 * @property {(event: WorkerEvent) => void} onEvent
 * @property {(error: CodedError) => void} onCrash the worker died; `start` makes a new one
 */

export class Client {
  /** @type {ClientListeners} */
  #listeners;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, PromiseWithResolvers<any>>} */
  #pending = new Map();
  #lastId = 0;

  /** @param {ClientListeners} listeners */
  constructor(listeners) {
    this.#listeners = listeners;
  }

  /**
   * Loads a model in a fresh worker. The old one goes: so a failed start, a crash and a lost GPU
   * leave nothing behind. What was pending is rejected with the code `superseded`.
   *
   * @param {import("./settings.js").Settings} settings
   * @returns {Promise<DeviceState>}
   */
  start(settings) {
    this.#stop(new CodedError("superseded", "another model or device was chosen"));
    this.#worker = this.#spawn();
    return this.#call({ type: "load", ...settings });
  }

  /**
   * @param {Stroke[]} strokes
   * @returns {Promise<Prediction | null>} null where nothing is drawn
   */
  classify(strokes) {
    return this.#call({ type: "classify", strokes });
  }

  #spawn() {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      if (worker === this.#worker) this.#receive(data);
    });
    worker.addEventListener("messageerror", () => this.#crashed("a message could not be read"));
    worker.addEventListener("error", (event) => {
      // It is shown on the page, with a way to go on.
      event.preventDefault();
      this.#crashed(event.message || "its script could not be loaded");
    });
    return worker;
  }

  /**
   * @param {LoadRequest | ClassifyRequest} request
   * @returns {Promise<any>}
   */
  #call(request) {
    if (!this.#worker) return Promise.reject(new CodedError("not-loaded", "the model is not loaded"));
    const id = ++this.#lastId;
    const call = Promise.withResolvers();
    this.#pending.set(id, call);
    this.#worker.postMessage({ id, ...request });
    return call.promise;
  }

  /** @param {Reply | WorkerEvent} message */
  #receive(message) {
    if ("event" in message) {
      this.#listeners.onEvent(message);
      return;
    }
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) call?.reject(fromPlainError(message.error));
    else call?.resolve(message.value);
  }

  /** @param {string} why */
  #crashed(why) {
    const error = new CodedError("worker-crashed", `the computation stopped: ${why}`);
    this.#stop(error);
    this.#listeners.onCrash(error);
  }

  /** @param {CodedError} error what everything pending is told */
  #stop(error) {
    this.#worker?.terminate();
    this.#worker = undefined;
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.reject(error);
  }
}
