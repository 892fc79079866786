/** Faults of the storage. */
import { ORIGIN } from "../browser.js";
import { CUT, cutNextWrite } from "./storage.js";
import { closeTab, crashTab, reload, sleep } from "./tabs.js";
import { inWorker, throwUncaught, TRAINS } from "./worker.js";

/**
 * @typedef {import("./faults.js").Stage} Stage
 * @typedef {import("./random.js").Random} Random
 */

/** A run that goes on writes within this time. */
const WRITE_MS = 10_000;

/** The ends that a cut write leads to. */
const ENDS = [
  { words: "the worker dies there", end: throwUncaught },
  { words: "the page is reloaded there", end: reload },
  { words: "the tab is closed there", end: closeTab },
  { words: "the tab crashes there", end: crashTab },
];

/**
 * @param {Stage} stage
 * @param {Random} random
 */
export async function writeCutOff(stage, random) {
  const { user, checkpointBytes } = stage;
  const bytes = random.between(0, checkpointBytes);
  const { words, end } = ENDS[random.between(0, ENDS.length - 1)];
  const cut = user.page.waitForEvent("console", { predicate: (message) => message.text() === CUT, timeout: WRITE_MS }).catch(() => null);
  await inWorker(user.page, TRAINS, cutNextWrite, { bytes, said: CUT });
  const wasCut = await cut;
  await end(stage);
  return `after ${bytes} bytes, and ${words}${wasCut ? "" : " (nothing was written)"}`;
}

/**
 * The browser itself has no more room for this site, for a while in which other faults may happen.
 *
 * @param {Stage} stage
 * @param {Random} random
 */
export async function quota({ user, context, later }, random) {
  const milliseconds = random.between(500, 6_000);
  const session = await context.newCDPSession(user.page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: ORIGIN, quotaSize: random.between(1, 500_000) });
  const lift = async () => {
    await sleep(milliseconds);
    await session.send("Storage.overrideQuotaForOrigin", { origin: ORIGIN });
    await session.detach();
  };
  // Without the page there is no limit either.
  later.push(lift().catch(() => {}));
  return `for ${milliseconds} ms`;
}
