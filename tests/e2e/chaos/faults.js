/** The faults that a run meets. Each fault is a real one, as far as a browser lets it be brought about. */
import { destroyDevice, misuseDevice } from "./device.js";
import { closeTab, crashTab, freeze, reload, slowDown } from "./tabs.js";
import { quota, writeCutOff } from "./full.js";
import { otherTab, raceOfTabs } from "./others.js";
import { endSilently, hang, jumpClock, throwUncaught, trapTraining } from "./worker.js";

/**
 * @typedef {import("./random.js").Random} Random
 * @typedef {import("./user.js").User} User
 *
 * @typedef {object} Stage where faults happen
 * @property {User} user
 * @property {import("@playwright/test").BrowserContext} context
 * @property {(page: import("@playwright/test").Page) => void} enter another page takes the place of the user's
 * @property {number} checkpointBytes about as many as a checkpoint has
 * @property {Promise<unknown>[]} later what ends by itself
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} often how many of it are in a deck
 * @property {(stage: Stage, random: Random) => Promise<string>} happen says more about it
 */

/** @type {Kind[]} */
const KINDS = [
  { name: "an uncaught error in the worker", often: 3, happen: throwUncaught },
  { name: "a wasm trap", often: 3, happen: trapTraining },
  { name: "the clock jumps", often: 3, happen: jumpClock },
  { name: "a write to storage is cut off", often: 6, happen: writeCutOff },
  { name: "the storage is full", often: 3, happen: quota },
  { name: "the tab is frozen", often: 2, happen: freeze },
  { name: "the processor is slow", often: 1, happen: slowDown },
  { name: "the page is reloaded", often: 4, happen: reload },
  { name: "the tab is closed, and opened again", often: 3, happen: closeTab },
  { name: "the tab crashes", often: 3, happen: crashTab },
  { name: "another tab looks for the run", often: 2, happen: otherTab },
  { name: "two tabs want the run at once", often: 2, happen: raceOfTabs },
  { name: "the worker ends without a word", often: 1, happen: endSilently },
  { name: "the worker is stuck in a loop", often: 1, happen: hang },
];

/** More faults, where a graphics device computes. @type {Kind[]} */
const OF_DEVICES = [
  { name: "the device is destroyed", often: 8, happen: destroyDevice },
  { name: "an uncaptured error of the device", often: 8, happen: misuseDevice },
];

/**
 * Faults as cards of decks: all kinds come up.
 *
 * @param {Random} random
 * @param {number} count
 * @param {"cpu" | "webgpu"} device
 * @returns {Kind[]}
 */
export function deal(random, count, device) {
  const kinds = device === "webgpu" ? [...KINDS, ...OF_DEVICES] : KINDS;
  const deck = kinds.flatMap((kind) => Array.from({ length: kind.often }, () => kind));
  /** @type {Kind[]} */
  const dealt = [];
  while (dealt.length < count) dealt.push(...random.shuffled(deck));
  return dealt.slice(0, count);
}
