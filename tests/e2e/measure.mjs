/**
 * Prints what the built page loads, how long the first prediction takes, and the median of a
 * hundred: `npm run measure -- [cpu|cpu_relaxed|ndarray|webgpu ...]`. Needs dist/ (`cargo xtask build`).
 */
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { DIST, launchOptions, ORIGIN, startServer, versionOf } from "./browser.js";

const FILES = [
  ...["cpu_bg.wasm", "cpu.js", "cpu_relaxed_bg.wasm", "ndarray_bg.wasm", "webgpu_bg.wasm", "webgpu.js"],
  "weights/default.safetensors",
];
const RUNS = 100;

const sizes = FILES.map((file) => {
  const bytes = readFileSync(`${DIST}/${versionOf()}/${file}`);
  return { file, raw: bytes.length, gzip: gzipSync(bytes).length, brotli: brotliCompressSync(bytes).length };
});
console.table(sizes);

const server = await startServer();
const browser = await chromium.launch(launchOptions({ softwareWebGpu: true }));
const files = process.argv.length > 2 ? process.argv.slice(2) : ["cpu_relaxed", "cpu", "ndarray", "webgpu"];
try {
  const rows = [];
  for (const file of files) {
    const page = await browser.newPage();
    // A file of the origin, not the page itself, which would compute meanwhile.
    await page.goto(`${ORIGIN}/manifest.webmanifest`);
    rows.push({ file, ...(await page.evaluate(measure, { file, runs: RUNS })) });
    await page.close();
  }
  console.table(rows);
} finally {
  await browser.close();
  server.kill();
}

/**
 * Runs in the page.
 *
 * @param {{ file: string, runs: number }} options
 */
async function measure({ file, runs }) {
  const start = performance.now();
  const [module, response] = await Promise.all([
    import(`${location.origin}/${file}.js`),
    fetch("/weights/default.safetensors"),
  ]);
  await module.default();
  const weights = new Uint8Array(await response.arrayBuffer());
  const classifier = await module.Classifier.load({ device: file === "cpu_relaxed" ? "cpu" : file, weights });
  const points = new Float32Array([60, 40, 180, 40, 100, 220]);
  const strokes = [{ points, width: 20 }];
  await classifier.classify(strokes);
  const firstPrediction = performance.now() - start;
  const times = [];
  for (let run = 0; run < runs; run++) times.push((await classifier.classify(strokes)).milliseconds);
  times.sort((a, b) => a - b);
  const round = (/** @type {number} */ ms) => Number(ms.toFixed(1));
  return {
    "first prediction, ms": round(firstPrediction),
    "median, ms": round(times[runs >> 1]),
    "fastest, ms": round(times[0]),
    "slowest, ms": round(times[runs - 1]),
  };
}
