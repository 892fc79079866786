/** The worker of the drawing page: it owns the wasm objects, so that the page never waits. */
import { DeviceChooser } from "./chooser.js";
import { downloadBytes } from "./download.js";
import { Engine } from "./engine.js";
import { CodedError } from "../shared/protocol.js";
import { serve } from "../shared/rpc.js";
import { runOfModel } from "../shared/settings.js";
import { loadWasm } from "./wasm.js";

/** @typedef {import("../shared/protocol.js").LoadRequest} LoadRequest */
/** @typedef {import("../shared/protocol.js").DrawRequests} DrawRequests */
/** @typedef {import("../shared/protocol.js").WorkerEvent} WorkerEvent */
/** @typedef {import("../shared/protocol.js").Download} Download */

/** About what a file of weights measures, for servers that do not say. */
const EXPECTED_BYTES = 284_000;

/** Longer than a model takes to load, on a software adapter too. */
const PATIENCE_MS = 120_000;

/** @type {Engine | undefined} */
let engine;
/** @type {import("./wasm.js").WasmModule | undefined} the first that was loaded, and so not WebGPU's */
let module;
/** @type {import("./digits.js").Digits | undefined} */
let digits;

/** @type {import("../shared/rpc.js").Answers<DrawRequests>} */
const answers = {
  load,
  classify: ({ strokes }) => {
    if (!engine) throw notLoaded();
    return engine.classify(strokes);
  },
  keepDigit: async ({ pixels, label }) => {
    const idx = module;
    if (!idx) throw notLoaded();
    // Most visits label nothing, and need not load what keeps digits.
    const { Digits } = await import("./digits.js");
    digits ??= new Digits(async () => idx);
    return digits.add(pixels, label);
  },
};
serve(answers, (error) => engine?.absorb(error) ?? false);

function notLoaded() {
  return new CodedError("not-loaded");
}

/** @param {LoadRequest} request */
async function load({ device, model, weights, measure }) {
  engine = new Engine({
    chooser: (onWait) =>
      new DeviceChooser({
        load: async (build, failures) => {
          const loaded = await loadWasm(build, progressOf(build === "webgpu" ? build : "cpu"), failures);
          module ??= loaded.module;
          return loaded;
        },
        onWait,
        speeds: {
          recall: async (key) => (await keptSpeeds()).recall(key),
          remember: async (key, timings) => (await keptSpeeds()).remember(key, timings),
        },
        patience: PATIENCE_MS,
      }),
    device,
    source: weights ? Promise.resolve({ preset: undefined, weights }) : loadWeights(model),
    onDevice: (state) => post({ event: "device", device: state }),
    measure,
    now: () => performance.now(),
  });
  await engine.start();
  // After the reply, which must not wait for a GPU.
  setTimeout(() => engine?.takeOver());
  return engine.state;
}

/**
 * @param {import("../shared/protocol.js").Model} model
 * @returns {Promise<import("./engine.js").Source>}
 */
async function loadWeights(model) {
  const run = runOfModel(model);
  if (run !== null) return { preset: undefined, weights: await readRun(run) };
  const preset = /** @type {import("../shared/protocol.js").Preset} */ (model);
  const url = new URL(`../weights/${preset}.safetensors`, import.meta.url);
  const options = { url, expectedBytes: EXPECTED_BYTES, onProgress: progressOf("weights") };
  return { preset, weights: await downloadBytes(options) };
}

/** Most visits compare nothing and read no run: what knows storage is loaded when it is asked. */
async function keptSpeeds() {
  const { Speeds } = await import("./speeds.js");
  return new Speeds();
}

/** @param {string} id */
async function readRun(id) {
  const [{ readFile }, { checkpointPath }] = await Promise.all([import("../shared/storage.js"), import("../shared/train/store.js")]);
  const checkpoint = await readFile(checkpointPath(id));
  if (checkpoint) return checkpoint;
  throw new CodedError("run-gone", { kind: "model", id });
}

/**
 * @param {Download} file
 * @returns {import("./download.js").OnProgress}
 */
function progressOf(file) {
  return (loaded, total) => post({ event: "progress", file, loaded, total });
}

/** @param {WorkerEvent} event */
function post(event) {
  self.postMessage(event);
}
