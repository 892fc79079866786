/**
 * Requests to a worker, replies and events from it: what every client and every worker share.
 *
 * @typedef {import("./protocol.js").PlainError} PlainError
 * @typedef {{ id: number, value: unknown } | { id: number, error: PlainError }} Reply
 * @typedef {Record<string, [takes: any, gives: any]>} Requests what each type of request takes, and
 *   what it is answered with
 */
import { withResolvers } from "./compat.js";
import { codeOf, CodedError, fromPlainError, toPlainError, wordsOf } from "./protocol.js";
import { watchRequests } from "./requests.js";

/** Smaller buffers are copied as fast as they are handed over. */
const LARGE_BYTES = 65_536;

/**
 * @template {{ event: string }} Event
 * @typedef {object} Listeners
 * @property {(event: Event) => void} onEvent
 * @property {(error: CodedError) => void} onCrash the worker died; `start` makes a new one
 * @property {(addresses: string[]) => void} onRequests what it has asked servers for
 */

/**
 * The worker's side: a function for each type of request.
 * @template {Requests} Known
 * @typedef {{ [Type in keyof Known]: (request: Known[Type][0]) => Known[Type][1] | Promise<Known[Type][1]> }} Answers
 */

/**
 * The page's side.
 * @template {Requests} Known
 * @template {{ event: string }} Event
 */
export class WorkerClient {
  /** @type {URL} */
  #script;
  /** @type {Listeners<Event>} */
  #listeners;
  /** @type {Worker | undefined} */
  #worker;
  /** @type {Map<number, PromiseWithResolvers<any>>} */
  #pending = new Map();
  #lastId = 0;
  /** True once the worker has said anything since it was started. */
  #hasAnswered = false;

  /**
   * @param {URL} script a module
   * @param {Listeners<Event>} listeners
   */
  constructor(script, listeners) {
    this.#script = script;
    this.#listeners = listeners;
  }

  get isRunning() {
    return this.#worker !== undefined;
  }

  start() {
    const worker = new Worker(this.#script, { type: "module" });
    worker.addEventListener("message", ({ data }) => {
      // Those of a worker that is gone were made all the same.
      if ("requests" in data) this.#listeners.onRequests(data.requests);
      else if (worker === this.#worker) this.#receive(data);
    });
    worker.addEventListener("messageerror", () => {
      if (worker === this.#worker) this.#crashed({ key: "worker.unreadable" });
    });
    worker.addEventListener("error", (event) => {
      // It is shown on the page, with a way to go on.
      event.preventDefault();
      if (worker === this.#worker) this.#crashed(event.message ? wordsOf(event.message) : { key: "worker.no-script" });
    });
    this.#worker = worker;
    this.#hasAnswered = false;
  }

  /** @param {CodedError} error what everything pending is told */
  stop(error) {
    this.#worker?.terminate();
    this.#worker = undefined;
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.reject(error);
  }

  /**
   * @template {keyof Known} Type
   * @param {Type} type
   * @param {Known[Type][0]} request
   * @returns {Promise<Known[Type][1]>}
   */
  ask(type, request) {
    if (!this.#worker) return Promise.reject(new CodedError("not-loaded"));
    const id = ++this.#lastId;
    const call = withResolvers();
    this.#pending.set(id, call);
    this.#worker.postMessage({ id, type, request });
    return call.promise;
  }

  /** @param {Reply | Event} message */
  #receive(message) {
    this.#hasAnswered = true;
    if ("event" in message) {
      this.#listeners.onEvent(message);
      return;
    }
    const call = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) call?.reject(fromPlainError(message.error));
    else call?.resolve(message.value);
  }

  /** @param {import("./protocol.js").Words} why */
  #crashed(why) {
    // A worker that never said a word would not the next time either.
    const code = this.#hasAnswered ? "worker-crashed" : "worker-broken";
    const error = new CodedError(code, { why });
    this.stop(error);
    this.#listeners.onCrash(error);
  }
}

/**
 * The worker's side; to be called before anything is awaited, since a message that finds no
 * listener is lost. Large buffers in an answer are handed over: the worker has them no more.
 *
 * @template {Requests} Known
 * @param {Answers<Known>} answers
 * @param {(error: unknown) => boolean} absorb whether the worker can go on after an uncaught error
 */
export function serve(answers, absorb) {
  watchRequests((requests) => self.postMessage({ requests }));
  self.addEventListener("message", async ({ data }) => {
    const { id, type, request } = data;
    try {
      const value = await answers[type](request);
      self.postMessage({ id, value }, { transfer: largeBuffers(value) });
    } catch (error) {
      self.postMessage({ id, error: toPlainError(error) });
      if (codeOf(error) === "crashed") throwUnless(absorb, error);
    }
  });
  self.addEventListener("error", (event) => {
    if (absorb(event.error)) event.preventDefault();
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    throwUnless(absorb, event.reason);
  });
}

/**
 * @param {(error: unknown) => boolean} absorb
 * @param {unknown} error
 */
function throwUnless(absorb, error) {
  if (absorb(error)) return;
  // Only an uncaught error reaches the page, which then offers to start again.
  setTimeout(() => {
    throw error;
  });
}

/**
 * @param {unknown} value
 * @returns {ArrayBuffer[]} of the bytes in it and in its properties
 */
function largeBuffers(value) {
  /** @type {Set<ArrayBuffer>} */
  const buffers = new Set();
  const visit = (/** @type {unknown} */ each) => {
    if (ArrayBuffer.isView(each)) {
      if (each.buffer instanceof ArrayBuffer && each.byteLength >= LARGE_BYTES) buffers.add(each.buffer);
    } else if (Array.isArray(each)) {
      each.forEach(visit);
    } else if (each && Object.getPrototypeOf(each) === Object.prototype) {
      Object.values(each).forEach(visit);
    }
  };
  visit(value);
  return [...buffers];
}
