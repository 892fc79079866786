/** Faults of the worker that trains. */

/**
 * @typedef {import("./faults.js").Stage} Stage
 * @typedef {import("./random.js").Random} Random
 * @typedef {import("@playwright/test").Page} Page
 */

/** A worker starts within this time, unless there is none to be. */
const START_MS = 3_000;
/** A worker that dies answers nothing. */
const ANSWER_MS = 1_500;

export const TRAINS = "train/worker.js";

/**
 * Runs something in a worker, which may not survive it.
 *
 * @template T, [A=undefined]
 * @param {Page} page
 * @param {string} script the end of its address
 * @param {(argument: A) => T | Promise<T>} work
 * @param {A} argument
 * @returns {Promise<boolean>} whether there was a worker
 */
export async function inWorker(page, script, work, argument) {
  const worker = await find(page, script);
  if (!worker) return false;
  const limit = new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  // An error is what it takes to kill it.
  await Promise.race([worker.evaluate(/** @type {any} */ (work), argument).catch(() => {}), limit]);
  return true;
}

/**
 * @param {Page} page
 * @param {string} script
 */
async function find(page, script) {
  for (const start = Date.now(); Date.now() - start < START_MS; ) {
    const worker = page.workers().find((each) => new URL(each.url()).pathname.endsWith(`workers/${script}`));
    if (worker) return worker;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return undefined;
}

/** @param {boolean} wasThere */
export const said = (wasThere, more = "") => (wasThere ? more : "there was no worker");

/** @param {Stage} stage */
export async function throwUncaught({ user }) {
  const wasThere = await inWorker(user.page, TRAINS, () => void setTimeout(() => { throw new Error("chaos"); }), undefined);
  return said(wasThere);
}

/** @param {Stage} stage */
export async function trapTraining({ user }) {
  return said(await trap(user.page, TRAINS));
}

/**
 * A panic, as running out of memory is one: the module asks for more than there can be.
 *
 * @param {Page} page
 * @param {string} script of the worker whose module it is
 */
export function trap(page, script) {
  return inWorker(page, script, panic, script === TRAINS ? "../../" : "../");
}

/**
 * Runs in the worker, in the instance that it uses.
 *
 * @param {string} root where the module lies
 */
async function panic(root) {
  const { fileOf } = await import(new URL(`${root}workers/wasm.js`, location.href).href);
  const module = await import(new URL(`${root}${fileOf("cpu")}.js`, location.href).href);
  const { __wbindgen_malloc: allocate } = await module.default();
  for (let i = 0; i < 4; i += 1) allocate(1_900_000_000, 1);
}

/** @param {Stage} stage */
export async function endSilently({ user }) {
  return said(await inWorker(user.page, TRAINS, () => self.close(), undefined));
}

/** @param {Stage} stage */
export async function hang({ user }) {
  return said(await inWorker(user.page, TRAINS, () => void setTimeout(() => { for (;;); }), undefined));
}

/**
 * In the worker and on the page: the wall clock is set back or forward, and time passes by while a machine sleeps.
 *
 * @param {Stage} stage
 * @param {Random} random
 */
export async function jumpClock({ user }, random) {
  const options = { set: random.between(-48, 48) * 3_600_000, slept: random.between(0, 8) * 3_600_000 };
  await user.page.evaluate(jump, options);
  const wasThere = await inWorker(user.page, TRAINS, jump, options);
  const hours = (/** @type {number} */ ms) => ms / 3_600_000;
  return `set by ${hours(options.set)} h, after ${hours(options.slept)} h of sleep${wasThere ? "" : ", on the page alone"}`;
}

/** @param {{ set: number, slept: number }} options milliseconds */
function jump({ set, slept }) {
  const { now } = Date;
  const since = performance.now.bind(performance);
  Date.now = () => now() + set + slept;
  performance.now = () => since() + slept;
}
