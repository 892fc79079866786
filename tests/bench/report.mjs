/** What was measured, and where, for people and for programs. */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { chromium } from "@playwright/test";
import { launchOptions } from "../e2e/browser.js";
import { median } from "./measure.mjs";
import { multiplyAdds, PRESETS } from "./presets.mjs";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./types.js").Result} Result */
/** @typedef {import("./types.js").Native} Native */
/** @typedef {import("./measure.mjs").Run} Run */

const PACKAGES = { tfjs: "@tensorflow/tfjs", "jax-js": "@jax-js/jax", ort: "onnxruntime-web" };

/**
 * @param {string} preset
 * @param {Task} task
 * @param {Run[]} runs
 * @param {number | null} limit multiply-adds per second
 * @returns {Result[]}
 */
export function results(preset, task, runs, limit) {
  const { device, mode, batch } = task;
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
      fractionOfLimit: milliseconds && limit && fractionOf(limit, task, run.library, milliseconds),
      firstMilliseconds: run.firstMilliseconds && rounded(run.firstMilliseconds),
      sinceAdapterMilliseconds: run.sinceAdapter && rounded(run.sinceAdapter),
      gpu: run.gpu,
      error: run.error,
    };
  });
}

/** @param {Result[]} rows */
export function table(rows) {
  const head = ["preset", "device", "task", "library", "ms per step", "images/s", "time / vitpad's", "of limit"];
  const lines = rows.map((row) => [
    row.preset,
    row.device,
    taskName(row),
    row.library,
    ...(row.error
      ? [row.error]
      : [row.milliseconds, row.imagesPerSecond, row.ratio].map((value) => String(value ?? "-"))),
    ...(row.error ? [] : [percent(row.fractionOfLimit)]),
  ]);
  return aligned(head, lines);
}

/** What was asked of WebGPU, or null where nothing was. @param {Result[]} rows */
export function gpuTable(rows) {
  const head = ["preset", "task", "library", "dispatches a step", "submits a step"];
  head.push("pipelines", "compiled ahead in, s", "first step after adapter, s", "after loading, s");
  const lines = rows.flatMap(({ preset, library, gpu, firstMilliseconds, sinceAdapterMilliseconds, ...task }) => {
    if (!gpu) return [];
    const { dispatches, submits, pipelines, compileMilliseconds } = gpu;
    const times = [compileMilliseconds, sinceAdapterMilliseconds, firstMilliseconds];
    const seconds = times.map((milliseconds) => rounded((milliseconds ?? NaN) / 1_000));
    return [[preset, taskName(task), library, ...[dispatches, submits, pipelines, ...seconds].map(String)]];
  });
  return lines.length === 0 ? null : aligned(head, lines);
}

/** @param {Pick<Task, "mode" | "batch">} task */
function taskName({ mode, batch }) {
  return `${mode === "train" ? "train" : "read"}, batch ${batch}`;
}

/** @param {string[]} head @param {string[][]} lines */
function aligned(head, lines) {
  // An error takes all columns from its own on, so it does not widen that one.
  const cell = (/** @type {string[]} */ line, /** @type {number} */ column) =>
    line.length < head.length && column === line.length - 1 ? "" : (line[column] ?? "");
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => cell(line, column).length)));
  return [head, ...lines]
    .map((line) => line.map((text, column) => text.padEnd(widths[column])).join("  ").trimEnd())
    .join("\n");
}

/** What was measured natively, completed with what follows from it. @param {Native} native */
export function nativeResults({ limit, cells, pytorch }) {
  const own = (/** @type {Native["cells"][number]} */ { preset, mode }) =>
    cells.find((cell) => cell.library === "vitpad" && cell.preset === preset && cell.mode === mode);
  return {
    limit: giga(limit),
    pytorch,
    cells: cells.map((cell) => ({
      ...cell,
      milliseconds: rounded(cell.milliseconds),
      imagesPerSecond: rounded((1_000 * cell.batch) / cell.milliseconds),
      ratio: rounded(cell.milliseconds / (own(cell)?.milliseconds ?? NaN)),
      fractionOfLimit: fractionOf(
        limit,
        { ...cell, device: "cpu", model: PRESETS[cell.preset].model },
        cell.library,
        cell.milliseconds,
      ),
    })),
  };
}

/** One line for each task, with times as multiples of vitpad's. @param {ReturnType<typeof nativeResults>} native */
export function nativeTable({ cells }) {
  const head = ["preset", "task", "vitpad", "of limit", "burn-flex's operations", "of limit", "PyTorch", "of limit"];
  const lines = cells
    .filter((cell) => cell.library === "vitpad")
    .map((own) => {
      const peers = ["burn-flex", "pytorch"].flatMap((library) => {
        const peer = cells.find(
          (cell) => cell.library === library && cell.preset === own.preset && cell.mode === own.mode,
        );
        return peer ? [`${peer.milliseconds} ms, ${peer.ratio} x`, percent(peer.fractionOfLimit)] : ["-", "-"];
      });
      const { preset, milliseconds, imagesPerSecond, fractionOfLimit } = own;
      const time = `${milliseconds} ms${own.mode === "train" ? `, ${imagesPerSecond} images/s` : ""}`;
      return [preset, taskName(own), time, percent(fractionOfLimit), ...peers];
    });
  return aligned(head, lines);
}

/**
 * @param {number} limit
 * @param {Pick<Task, "model" | "device" | "mode" | "batch">} task
 * @param {string} library
 * @param {number} milliseconds
 */
function fractionOf(limit, task, library, milliseconds) {
  return rounded(multiplyAdds(task.model, task, library) / (milliseconds / 1_000) / limit);
}

/** @param {number | null} fraction */
function percent(fraction) {
  return fraction === null ? "-" : `${(100 * fraction).toFixed(fraction < 0.1 ? 1 : 0)} %`;
}

/** In 10^9 per second. @param {number} perSecond */
export function giga(perSecond) {
  return rounded(perSecond / 1e9);
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
