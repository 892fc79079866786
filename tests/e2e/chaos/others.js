/** Faults by a second tab of the same browser. */
import { User } from "./user.js";

/** @typedef {import("./faults.js").Stage} Stage */

/** @param {Stage} stage */
async function openOther({ user, context }) {
  const other = new User(await context.newPage(), user.address, user.patience);
  await other.open();
  await other.waitReady();
  // The offer follows once the list is read.
  await other.page.waitForTimeout(300);
  return other;
}

/**
 * It must not be offered what the first one trains.
 *
 * @param {Stage} stage
 */
export async function otherTab(stage) {
  const before = await stage.user.look();
  const other = await openOther(stage);
  const [look, after] = [await other.look(), await stage.user.look()];
  await other.page.close();
  const isOffered = look.can["resume-yes"] || look.can.resume;
  const isTaken = [before, after].every(({ state }) => state === "running" || state === "evaluating");
  if (isOffered && isTaken) throw new Error(`a run that is in training is offered in another tab: ${JSON.stringify(look)}`);
  return isTaken ? "it is not offered there" : "";
}

/**
 * Both offer it and both are told to go on with it: one does, the other says why not.
 *
 * @param {Stage} stage
 */
export async function raceOfTabs(stage) {
  const { user, enter } = stage;
  await user.page.reload();
  const other = await openOther(stage);
  const before = await Promise.all([user.waitReady(), other.waitReady()]);
  if (!before.every(({ can }) => can["resume-yes"])) {
    await other.page.close();
    return "there was nothing to resume";
  }
  await Promise.all([user.press("resume-yes"), other.press("resume-yes")]);
  const after = await Promise.all([user.waitDecided(), other.waitDecided()]);
  const [isFirst, isOther] = after.map(({ state }) => state !== "failed");
  if (isFirst === isOther) throw new Error(`of two tabs with one run, not one has it: ${JSON.stringify(after)}`);
  if (isFirst) {
    await other.page.close();
    return "the first one has it";
  }
  await user.page.close();
  enter(other.page);
  return "the other one has it";
}
