/** What was measured, and where, for people and for programs. */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { chromium } from "@playwright/test";
import { launchOptions } from "../e2e/browser.js";
import { median } from "./measure.mjs";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./measure.mjs").Run} Run */

const PACKAGES = { tfjs: "@tensorflow/tfjs", "jax-js": "@jax-js/jax", ort: "onnxruntime-web" };

/**
 * @param {string} preset
 * @param {Task} task
 * @param {Run[]} runs
 * @returns {Result[]}
 */
export function results(preset, { device, mode, batch }, runs) {
  const time = (/** @type {Run | undefined} */ run) => (run?.steps.length && !run.error ? median(run.steps) : null);
  const own = time(runs.find((run) => run.library === "vitpad"));
  return runs.map((run) => {
    const milliseconds = time(run);
    return {
      preset,
      device,
      mode,
      batch,
      library: run.library,
      steps: run.steps.length,
      milliseconds: milliseconds && rounded(milliseconds),
      imagesPerSecond: milliseconds && rounded((1_000 * batch) / milliseconds),
      ratio: milliseconds && own && rounded(milliseconds / own),
      error: run.error,
    };
  });
}

/** @param {Result[]} rows */
export function table(rows) {
  const head = ["preset", "device", "task", "library", "ms per step", "images/s", "time / vitpad's"];
  const lines = rows.map((row) => [
    row.preset,
    row.device,
    row.mode === "train" ? `train, batch ${row.batch}` : `read, batch ${row.batch}`,
    row.library,
    ...(row.error
      ? [row.error]
      : [row.milliseconds, row.imagesPerSecond, row.ratio].map((value) => String(value ?? "-"))),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => cell(line, column).length)));
  return [head, ...lines]
    .map((line) => line.map((text, column) => text.padEnd(widths[column])).join("  ").trimEnd())
    .join("\n");
}

/** An error takes all columns from its own on, so it does not widen that one. @param {string[]} line */
function cell(line, /** @type {number} */ column) {
  return line.length < 7 && column === line.length - 1 ? "" : (line[column] ?? "");
}

/** The machine and the versions. @param {string} url of a page in a secure context */
export async function surroundings(url) {
  const browser = await chromium.launch(launchOptions({ softwareWebGpu: true }));
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return {
      date: new Date().toISOString(),
      cpu: `${cpus().length} x ${cpus()[0].model.trim()}`,
      browser: `Chromium ${browser.version()}`,
      adapter: await page.evaluate(async () => {
        const { gpu } = /** @type {any} */ (navigator);
        const adapter = await gpu?.requestAdapter();
        if (!adapter) return "none";
        const { vendor, architecture, description } = adapter.info;
        return [vendor, architecture, description].filter(Boolean).join(" ");
      }),
      versions: versions(),
    };
  } finally {
    await browser.close();
  }
}

function versions() {
  const read = (/** @type {string} */ path) => readFileSync(new URL(path, import.meta.url), "utf8");
  const vitpad = /^version = "(.+)"$/m.exec(read("../../Cargo.toml"))?.[1] ?? "unknown";
  const peers = Object.entries(PACKAGES)
    .map(([library, name]) => [library, `node_modules/${name}/package.json`])
    .filter(([, path]) => existsSync(new URL(path, import.meta.url)))
    .map(([library, path]) => [library, JSON.parse(read(path)).version]);
  return { vitpad, ...Object.fromEntries(peers) };
}

/** Three digits that count. @param {number} value */
function rounded(value) {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
