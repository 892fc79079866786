/**
 * One run twice, in peace and under faults: it must end both times, with the same weights. For the command
 * (chaos.mjs) and for the test (chaos.spec.js).
 */
import { createHash } from "node:crypto";
import { ORIGIN } from "../browser.js";
import { deal } from "./faults.js";
import { Random } from "./random.js";
import { User } from "./user.js";

/**
 * @typedef {object} Options
 * @property {import("@playwright/test").Browser} browser
 * @property {number} seed of the faults
 * @property {number} faults
 * @property {number} epochs of the run, each of `STEPS_PER_EPOCH`
 * @property {(line: string) => void} log
 */

const BATCH = 32;
/** A checkpoint is written after each epoch: so a run gets on between faults. */
const STEPS_PER_EPOCH = 20;
const RUN = `data=synthetic&preset=quick&batch=${BATCH}&images=${BATCH * STEPS_PER_EPOCH}&seed=5&train-device=cpu`;
/** About the size of a checkpoint: writes are cut off at all places, and sometimes not at all. */
const CHECKPOINT_BYTES = 270_000;
/** So many faults out of ten hit while the run is still being loaded after the one before. */
const SOON = 2;

/** @param {Options} options */
export async function chaos({ browser, seed, faults, epochs, log }) {
  const address = `${ORIGIN}/?tab=train&${RUN}&epochs=${epochs}`;
  const steps = epochs * STEPS_PER_EPOCH;
  const undisturbed = await train(browser, address);
  log(`undisturbed: ${steps} steps in ${seconds(undisturbed.milliseconds)}, weights ${undisturbed.digest}`);
  const start = Date.now();
  const disturbed = await train(browser, address, (stage) => disturb(stage, { seed, faults, steps, log }));
  const isEqual = disturbed.digest === undisturbed.digest;
  log(`seed ${seed}, ${faults} faults in ${seconds(Date.now() - start)}: weights ${isEqual ? "equal" : `differ: ${disturbed.digest}`}`);
  return isEqual;
}

/**
 * @param {import("@playwright/test").Browser} browser
 * @param {string} address
 * @param {(stage: import("./faults.js").Stage) => Promise<void>} [disturb]
 */
async function train(browser, address, disturb) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, serviceWorkers: "block" });
  try {
    const user = new User(await context.newPage(), address);
    /** @type {import("./faults.js").Stage} */
    const stage = { user, context, checkpointBytes: CHECKPOINT_BYTES, later: [], enter: (page) => void (user.page = page) };
    await user.open();
    const start = Date.now();
    await user.waitReady();
    await user.press("start");
    await disturb?.(stage);
    await user.until(({ state }) => state === "finished");
    const milliseconds = Date.now() - start;
    await Promise.all(stage.later);
    const weights = await user.download();
    return { milliseconds, digest: createHash("sha256").update(weights).digest("hex").slice(0, 16) };
  } finally {
    await context.close();
  }
}

/**
 * @param {import("./faults.js").Stage} stage
 * @param {{ seed: number, faults: number, steps: number, log: (line: string) => void }} options
 */
async function disturb(stage, { seed, faults, steps, log }) {
  const random = new Random(seed);
  const start = Date.now();
  const places = Array.from({ length: faults }, () => random.between(0, Math.floor(0.97 * steps))).sort((a, b) => a - b);
  for (const [i, kind] of deal(random, faults).entries()) {
    const isSoon = i > 0 && random.between(1, 10) <= SOON;
    const delay = random.between(0, isSoon ? 700 : 250);
    const { user } = stage;
    const isAtWork = (/** @type {import("./user.js").Look} */ { state, step }) =>
      isSoon ? state === "loading" || state === "running" : (state === "running" || state === "evaluating") && step >= places[i];
    let what = kind.name;
    try {
      const { step, state } = await user.until((look) => isAtWork(look) || look.state === "finished");
      const pressed = user.takePressed();
      if (pressed.length > 0) log(`       pressed ${pressed.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, delay));
      what = `${String(i + 1).padStart(4)}  ${seconds(Date.now() - start).padStart(8)}  ${state} at step ${step}: ${kind.name}`;
      const more = await kind.happen(stage, random);
      log(more ? `${what}, ${more}` : what);
    } catch (error) {
      log(`${what}: failed`);
      throw error;
    }
  }
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
