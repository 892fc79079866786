/** How much arithmetic one thread of WebAssembly can do: no library can do more. */
import binaryen from "binaryen";
import { chromium } from "@playwright/test";
import { launchOptions } from "../e2e/browser.js";

/** Chains side by side: few leave the adders waiting, many do not fit the 16 registers of x86. */
const CHAINS = [10, 12, 13, 14];
const LANES = 4;
/** Links of each chain in one turn of the loop, so that counting the turns costs nothing. */
const LINKS = 8;
/** About 15 ms, since the clock of a page ticks every 0.1 ms. */
const TURNS = 1_000_000;
const CALLS = 40;

/**
 * Multiply-adds per second of one thread of WebAssembly in Chromium: the best call's, of chains
 * that wait for nothing but themselves, fused as relaxed SIMD has them.
 *
 * @param {string} url of any page
 */
export async function measureLimit(url) {
  const browser = await chromium.launch(launchOptions({ softwareWebGpu: false }));
  try {
    const page = await browser.newPage();
    await page.goto(url);
    let most = 0;
    for (const chains of CHAINS) {
      const seconds = await page.evaluate(fastestCall, { bytes: [...assembled(chains)], turns: TURNS, calls: CALLS });
      most = Math.max(most, (LANES * chains * LINKS * TURNS) / seconds);
    }
    return most;
  } finally {
    await browser.close();
  }
}

/**
 * A module whose `run` computes x = x * 0.5 + 0.5 over and over, in each chain from another x: equal
 * chains would be compiled as one.
 *
 * @param {number} chains
 */
function assembled(chains) {
  const each = (/** @type {(chain: number) => string} */ text) =>
    Array.from({ length: chains }, (_, chain) => text(chain)).join("\n");
  const link = each(
    (chain) => `(local.set $x${chain} (f32x4.relaxed_madd (local.get $x${chain}) (local.get $half) (local.get $half)))`,
  );
  const module = binaryen.parseText(`(module
    (func (export "run") (param $turns i32) (result f32)
      (local $half v128) (local $sum v128)
      ${each((chain) => `(local $x${chain} v128)`)}
      (local.set $half (f32x4.splat (f32.const 0.5)))
      ${each((chain) => `(local.set $x${chain} (f32x4.splat (f32.const ${chain})))`)}
      (loop $again
        ${link.concat("\n").repeat(LINKS)}
        (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
      ${each((chain) => `(local.set $sum (f32x4.add (local.get $sum) (local.get $x${chain})))`)}
      (f32x4.extract_lane 0 (local.get $sum))))`);
  try {
    return module.emitBinary();
  } finally {
    module.dispose();
  }
}

/**
 * Runs in the page. The first calls are of code that is compiled in haste; the fastest is not.
 *
 * @param {{ bytes: number[], turns: number, calls: number }} options
 */
async function fastestCall({ bytes, turns, calls }) {
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
  const run = /** @type {(turns: number) => number} */ (instance.exports.run);
  let fastest = Infinity;
  for (let call = 0; call < calls; call++) {
    const start = performance.now();
    run(turns);
    fastest = Math.min(fastest, performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve));
  }
  return fastest / 1_000;
}
