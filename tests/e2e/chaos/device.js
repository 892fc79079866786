/** Faults of the graphics device that a run computes on. */
import { inWorker, said, TRAINS } from "./worker.js";

/** @typedef {import("./faults.js").Stage} Stage */

/** The glue's file that opens the device, and what a worker can then do to the one that was opened last. */
export const OPENER = "**/pipelines.js";
export const HOOK = `
  globalThis.loseDevice = () => device.destroy();
  globalThis.misuseDevice = () => device.createBuffer({ size: 4, usage: 0xffff });
`;

/** @param {import("@playwright/test").BrowserContext} context */
export async function hookDevice(context) {
  await context.route(OPENER, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()) + HOOK });
  });
}

/** @param {Stage} stage */
export async function destroyDevice({ user }) {
  return said(await inWorker(user.page, TRAINS, () => Reflect.get(globalThis, "loseDevice")?.(), undefined));
}

/** @param {Stage} stage */
export async function misuseDevice({ user }) {
  return said(await inWorker(user.page, TRAINS, () => Reflect.get(globalThis, "misuseDevice")?.(), undefined));
}
