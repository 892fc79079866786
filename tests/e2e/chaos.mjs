/**
 * Trains one model twice in Chromium, once under random faults, and fails unless that ends with the
 * same weights, bit for bit: `npm run chaos -- [cpu|webgpu] [--seed 7] [--faults 200] [--epochs 900]`. Needs dist/
 * (`cargo xtask build`).
 */
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { launchOptions, startServer } from "./browser.js";
import { chaos } from "./chaos/run.js";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "7" },
    faults: { type: "string", default: "200" },
    epochs: { type: "string", default: "900" },
  },
});
const device = positionals[0] ?? "cpu";
if (device !== "cpu" && device !== "webgpu") throw new Error(`no device "${device}": it is cpu or webgpu`);
const [seed, faults, epochs] = [values.seed, values.faults, values.epochs].map(Number);
if (![seed, faults, epochs].every((number) => Number.isInteger(number) && number >= 0)) {
  throw new Error("--seed, --faults and --epochs are whole numbers");
}

const server = await startServer();
const browser = await chromium.launch(launchOptions({ softwareWebGpu: device === "webgpu" }));
try {
  const { isEqual } = await chaos({ browser, device, seed, faults, epochs, log: (line) => console.log(line) });
  process.exitCode = isEqual ? 0 : 1;
} catch (error) {
  console.error(`seed ${seed}: ${/** @type {Error} */ (error).message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.kill();
}
