/**
 * Locks between the tabs and workers of this site, by name. Browsers have none on http addresses: there the
 * tabs are asked what they hold.
 */
import { withResolvers } from "./compat.js";

/** The time that another tab, which may be busy with a step, takes to answer at most. */
const ANSWER_MS = 300;
const CHANNEL = "vitpad-locks";

/** The names that are held here where the browser has no locks. */
const heldHere = /** @type {Set<string>} */ (new Set());
/** @type {BroadcastChannel | undefined} */
let answers;
/** By name, the work that was begun last where the browser has no locks. */
const last = /** @type {Map<string, Promise<any>>} */ (new Map());

/**
 * Does `work` while nobody else does work of that name; on http addresses, nobody else here.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(name, work) {
  if (navigator.locks) return navigator.locks.request(name, work);
  const begun = (last.get(name) ?? Promise.resolve()).catch(() => {}).then(work);
  last.set(name, begun);
  return begun;
}

/**
 * The browser lets go of it if the tab is closed or crashes.
 *
 * @param {string} name
 * @returns {Promise<(() => void) | null>} lets go of it; null where another has it
 */
export async function hold(name) {
  if (!navigator.locks) return holdByAsking(name);
  const released = withResolvers();
  const taken = withResolvers();
  const request = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    taken.resolve(lock !== null);
    return lock && released.promise;
  });
  request.catch(taken.reject);
  return (await taken.promise) ? () => released.resolve(undefined) : null;
}

/** @returns {Promise<string[]>} what is held, here and elsewhere */
export async function heldNames() {
  if (!navigator.locks) return askForNames();
  const { held = [] } = await navigator.locks.query();
  return held.map(({ name = "" }) => name);
}

/** @param {string} name */
async function holdByAsking(name) {
  const held = await askForNames();
  if (held.includes(name) || heldHere.has(name)) return null;
  heldHere.add(name);
  answers ??= answerOthers();
  return () => void heldHere.delete(name);
}

function answerOthers() {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (data === "who") channel.postMessage([...heldHere]);
  };
  return channel;
}

/** @returns {Promise<string[]>} */
async function askForNames() {
  const channel = new BroadcastChannel(CHANNEL);
  /** @type {string[]} */
  const names = [];
  channel.onmessage = ({ data }) => {
    if (Array.isArray(data)) names.push(...data);
  };
  channel.postMessage("who");
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  channel.close();
  return names;
}
