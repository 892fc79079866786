/**
 * One run twice, in peace and under faults: it must end both times, with the same weights. For the command
 * (chaos.mjs) and for the test (chaos.spec.js).
 */
import { createHash } from "node:crypto";
import { ORIGIN } from "../browser.js";
import { hookDevice } from "./device.js";
import { deal } from "./faults.js";
import { Random } from "./random.js";
import { User } from "./user.js";

/**
 * @typedef {"cpu" | "webgpu"} Device
 * @typedef {object} Options
 * @property {import("@playwright/test").Browser} browser
 * @property {Device} device a graphics device's weights depend on when the CPU steps in: they are not compared
 * @property {number} seed of the faults
 * @property {number} faults
 * @property {number} epochs of the run
 * @property {(line: string) => void} log
 *
 * @typedef {object} Plan
 * @property {string} run as the form writes it
 * @property {number} stepsPerEpoch a checkpoint is written after each epoch: so a run gets on between faults
 * @property {number} checkpointBytes about the size of one: writes are cut off at all places, and sometimes not at all
 * @property {{ stuck: number, impatient: number }} patience
 */

/** @type {Record<Device, Plan>} */
const PLANS = {
  cpu: { run: "preset=quick&images=640&batch=32", stepsPerEpoch: 20, checkpointBytes: 270_000, patience: { stuck: 60_000, impatient: 8_000 } },
  // Small enough for a software adapter, which compiles its first shaders in a minute.
  webgpu: {
    run: "width=16&heads=2&layers=1&hidden=32&images=32&batch=8",
    stepsPerEpoch: 4,
    checkpointBytes: 60_000,
    patience: { stuck: 240_000, impatient: 120_000 },
  },
};
/** Faults are planned for this share of the run: it trains on while one happens, and gets ahead of the plan. */
const PLANNED = 0.8;
/** The number of faults out of ten that hit while the run is still being loaded after the one before. */
const SOON = 2;

/**
 * @param {Options} options
 * @returns {Promise<{ isEqual: boolean, happened: number }>} whether the weights are those of the undisturbed run,
 *   and how many faults there were before it ended
 */
export async function chaos({ browser, device, seed, faults, epochs, log }) {
  const plan = PLANS[device];
  const address = `${ORIGIN}/?tab=train&data=synthetic&seed=5&${plan.run}&epochs=${epochs}&train-device=${device}`;
  const steps = epochs * plan.stepsPerEpoch;
  let expected = "";
  if (device === "cpu") {
    const { digest, milliseconds } = await train(browser, address, plan);
    log(`undisturbed: ${steps} steps in ${seconds(milliseconds)}, weights ${digest}`);
    expected = digest;
  }
  const { digest, milliseconds, pressed, happened } = await train(browser, address, plan, (stage) => disturb(stage, { device, seed, faults, steps, log }));
  const isEqual = device !== "cpu" || digest === expected;
  const verdict = device !== "cpu" ? `weights ${digest}, not compared` : isEqual ? "weights equal" : `weights differ: ${digest}`;
  const presses = [...pressed].map(([button, count]) => `${count} x ${button}`).join(", ");
  log(`seed ${seed}, ${happened} of ${faults} faults in ${seconds(milliseconds)}, pressed ${presses}: ${verdict}`);
  return { isEqual, happened };
}

/**
 * @param {import("@playwright/test").Browser} browser
 * @param {string} address
 * @param {Plan} plan
 * @param {(stage: import("./faults.js").Stage) => Promise<number>} [disturb]
 */
async function train(browser, address, { patience, checkpointBytes }, disturb) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, serviceWorkers: "block" });
  await hookDevice(context);
  try {
    const user = new User(await context.newPage(), address, patience);
    /** @type {import("./faults.js").Stage} */
    const stage = { user, context, checkpointBytes, later: [], enter: (page) => void (user.page = page) };
    await user.open();
    const start = Date.now();
    await user.waitReady();
    await user.press("start");
    const happened = (await disturb?.(stage)) ?? 0;
    await user.until(({ state }) => state === "finished");
    const milliseconds = Date.now() - start;
    await Promise.all(stage.later);
    const weights = await user.download();
    return { milliseconds, happened, pressed: user.counts, digest: createHash("sha256").update(weights).digest("hex").slice(0, 16) };
  } finally {
    await context.close();
  }
}

/**
 * @param {import("./faults.js").Stage} stage
 * @param {{ device: Device, seed: number, faults: number, steps: number, log: (line: string) => void }} options
 * @returns {Promise<number>} how many there were before it ended
 */
async function disturb(stage, { device, seed, faults, steps, log }) {
  const random = new Random(seed);
  const kinds = deal(random, faults, device);
  const start = Date.now();
  const places = Array.from({ length: faults }, () => random.between(0, Math.floor(PLANNED * steps))).sort((a, b) => a - b);
  for (const [i, kind] of kinds.entries()) {
    const isSoon = i > 0 && random.between(1, 10) <= SOON;
    const delay = random.between(0, isSoon ? 700 : 250);
    const { user } = stage;
    const isAtWork = (/** @type {import("./user.js").Look} */ { state, step }) =>
      isSoon ? state === "loading" || state === "running" : (state === "running" || state === "evaluating") && step >= places[i];
    let what = kind.name;
    try {
      const { step, state } = await user.until((look) => isAtWork(look) || look.state === "finished");
      if (state === "finished") return i;
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
  return faults;
}

/** @param {number} milliseconds */
function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}
