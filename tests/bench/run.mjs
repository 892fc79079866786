/**
 * Times training and reading in headless Chromium, beside the peers, in turns:
 *
 *     node run.mjs [--devices cpu,webgpu] [--presets reference,default]
 *                  [--libraries vitpad,vitpad-simd128,jax-js,tfjs,ort] [--modes train,infer] [--batch 64,256] [--limit 300] [--json]
 *                  [--native FILE, what `cargo xtask bench` measured without a browser]
 *
 * `cargo xtask bench` sets up what this needs. The CPU is one thread of WebAssembly; WebGPU is
 * Chromium's software adapter where there is no other. Progress goes to standard error.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sirv from "sirv";
import { measureLimit } from "./limit.mjs";
import { measure } from "./measure.mjs";
import { PRESETS } from "./presets.mjs";
import { giga, gpuTable, nativeResults, nativeTable, results, surroundings, table } from "./report.mjs";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./measure.mjs").Run} Run */

const CHOICES = {
  devices: ["cpu", "webgpu"],
  presets: Object.keys(PRESETS),
  libraries: ["vitpad", "vitpad-simd128", "jax-js", "tfjs", "ort"],
  modes: ["train", "infer"],
};
/** vitpad as engines without relaxed SIMD load it: takes part where it is named only. */
const UNFUSED = "vitpad-simd128";
/** What cannot train takes part in reading only. */
const READERS = ["ort"];
/** By how much losses of the same weights and images may differ. */
const TOLERANCE = 1e-3;

const log = (/** @type {string} */ line) => console.error(line);

try {
  const options = readOptions();
  const { server, url } = await serve();
  try {
    const limit = options.devices.includes("cpu") ? await measureLimit(url) : null;
    const { cells, agree } = await runAll(options, url, limit);
    const report = {
      ...(await surroundings(url)),
      limit: limit && giga(limit),
      cells,
      native: options.native && nativeResults(options.native),
    };
    if (options.json) console.log(JSON.stringify(report, null, 2));
    else print(report);
    process.exitCode = agree ? 0 : 1;
  } finally {
    server.close();
  }
} catch (error) {
  log(`error: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function readOptions() {
  const text = { type: /** @type {const} */ ("string") };
  const { values } = parseArgs({
    options: {
      devices: { ...text, default: CHOICES.devices.join() },
      presets: { ...text, default: CHOICES.presets.join() },
      libraries: { ...text, default: CHOICES.libraries.filter((name) => name !== UNFUSED).join() },
      modes: { ...text, default: CHOICES.modes.join() },
      batch: { ...text, default: "64" },
      limit: { ...text, default: "300" },
      native: text,
      json: { type: "boolean", default: false },
    },
  });
  return {
    devices: /** @type {Task["device"][]} */ (listed("devices", values.devices)),
    presets: listed("presets", values.presets),
    libraries: listed("libraries", values.libraries),
    modes: /** @type {Task["mode"][]} */ (listed("modes", values.modes)),
    batches: values.batch.split(",").map((text) => positive("batch", text)),
    limit: positive("limit", values.limit),
    native:
      values.native === undefined
        ? null
        : /** @type {import("./types.js").Native} */ (JSON.parse(readFileSync(values.native, "utf8"))),
    json: values.json,
  };
}

/** @param {keyof typeof CHOICES} option @param {string} text */
function listed(option, text) {
  const names = text.split(",");
  const unknown = names.find((name) => !CHOICES[option].includes(name));
  if (unknown !== undefined) {
    throw new Error(`--${option} has no "${unknown}": it takes ${CHOICES[option].join(", ")}`);
  }
  return names;
}

/** @param {string} option @param {string} text */
function positive(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option} ${text} is not a whole number above 0`);
  return value;
}

/** Serves the whole project, to this machine only: the pages take files from here and from dist/. */
async function serve() {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const serveFile = sirv(root, { dev: true });
  const server = createServer((request, response) => {
    serveFile(request, response, () => {
      response.statusCode = 404;
      response.end("not found");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { server, url: `http://127.0.0.1:${address.port}/tests/bench/page.html` };
}

/** @param {ReturnType<typeof readOptions>} options @param {string} url @param {number | null} cpuLimit */
async function runAll({ presets, devices, modes, libraries, batches, limit }, url, cpuLimit) {
  const cells = [];
  let agree = true;
  for (const preset of presets) {
    const { model, parameters } = PRESETS[preset];
    for (const device of devices) {
      for (const { mode, batch } of work(modes, batches)) {
        const task = { model, device, mode, batch };
        log(`${preset}, ${device}, ${mode}, batch ${batch}`);
        const able = libraries.filter((library) => mode === "infer" || !READERS.includes(library));
        const runs = await measure(able, task, { url, limit, parameters, log });
        cells.push(...results(preset, task, runs, device === "cpu" ? cpuLimit : null));
        agree &&= peersAgree(runs);
      }
    }
  }
  return { cells, agree };
}

/** Training takes batches, reading one image. @param {Task["mode"][]} modes @param {number[]} batches */
function work(modes, batches) {
  return modes.flatMap((mode) => (mode === "train" ? batches : [1]).map((batch) => ({ mode, batch })));
}

/** The peers start from the same weights and images: another loss means another model. @param {Run[]} runs */
function peersAgree(runs) {
  const peers = runs.filter((run) => !run.library.startsWith("vitpad") && Number.isFinite(run.first));
  const firsts = peers.map((run) => run.first);
  if (Math.max(...firsts) - Math.min(...firsts) <= TOLERANCE || peers.length === 0) return true;
  log(`error: the peers compute different things: ${peers.map((run) => `${run.library} ${run.first}`).join(", ")}`);
  return false;
}

/**
 * @param {Awaited<ReturnType<typeof surroundings>> & {
 *   limit: number | null,
 *   cells: import("./types.js").Result[],
 *   native: ReturnType<typeof nativeResults> | null,
 * }} report
 */
function print({ date, cpu, browser, adapter, versions, limit, cells, native }) {
  const libraries = Object.entries(versions).map(([library, version]) => `${library} ${version}`);
  console.log(`${date}\n${libraries.join(", ")}\n${cpu}\n${browser}, WebGPU adapter: ${adapter}\n`);
  if (limit !== null) console.log(`limit of one thread of WebAssembly: ${limit} G multiply-adds/s`);
  console.log(table(cells));
  const gpu = gpuTable(cells);
  if (gpu !== null) console.log(`\nWebGPU; at the first step all its shaders are compiled\n${gpu}`);
  if (native === null) return;
  const pytorch = "version" in native.pytorch ? `PyTorch ${native.pytorch.version}` : native.pytorch.missing;
  console.log(`\nnative, one thread; ${pytorch}`);
  console.log(`limit: ${native.limit} G multiply-adds/s`);
  console.log(nativeTable(native));
}
