/** The worker of the training page: it owns the wasm objects, so that the page never waits. */
import { checkSize } from "../../shared/limits.js";
import { CodedError } from "../../shared/protocol.js";
import { serve } from "../../shared/rpc.js";
import { DeviceChooser } from "../chooser.js";
import { Digits } from "../digits.js";
import { Speeds } from "../speeds.js";
import { loadWasm } from "../wasm.js";
import { Data } from "./data.js";
import { exportRun, importRun, inspectRun, removeRun, renameRun, runsWith } from "./library.js";
import { Runner } from "./runner.js";
import { Shelf } from "./shelf.js";

/** @typedef {import("../../shared/train/protocol.js").TrainRequests} TrainRequests */
/** @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent */

/** Longer than steps take that are made at once, their shaders included. */
const PATIENCE_MS = 240_000;

const chooser = new DeviceChooser({
  load: (build, failures) =>
    loadWasm(build, (loaded, total) => post({ event: "download", file: `${build}_bg.wasm`, loaded, total }), failures),
  onWait: (what) => runner.wait(what),
  speeds: new Speeds(),
  patience: PATIENCE_MS,
});
const wasm = async () => (await chooser.load("cpu")).module;
const digits = new Digits(wasm);
const data = new Data(new Shelf(digits, post));
const runner = new Runner(chooser, data, post);
/** Ends those that load their data. */
let previews = new AbortController();

/** @type {import("../../shared/rpc.js").Answers<TrainRequests>} */
const answers = {
  start: ({ run, measure }) => runner.start(run, measure),
  resume: (request) => runner.resume(request.id, request.data),
  pause: () => runner.current.pause(),
  continue: () => runner.current.continue(),
  stop: () => runner.stop(),
  discard: () => runner.discard(),
  classify: ({ strokes }) => runner.session?.classify(strokes) ?? null,
  rasterize: async ({ strokes }) => (await wasm()).rasterize(strokes),

  sets: () => data.sets(),
  addFiles: async ({ files }) => data.add(files, await wasm()),
  keptSets: () => data.kept(),
  removeSet: ({ set }) => data.remove(set),
  preview: ({ data: spec, count, seed, augment }) =>
    withData(spec, previews.signal, (set) => ({
      plain: set.samples(count, seed, null),
      augmented: augment && set.samples(count, seed, augment),
    })),
  endPreviews: () => {
    previews.abort(new CodedError("superseded", { kind: "cancelled" }));
    previews = new AbortController();
  },

  digits: () => digits.all(),
  keepDigit: ({ pixels, label }) => digits.add(pixels, label),
  removeDigit: ({ index }) => digits.remove(index),
  clearDigits: () => digits.clear(),
  exportDigits: () => digits.export(),
  importDigits: async ({ files }) => {
    for (const { name, size } of files) checkSize(name, size);
    const [first, second] = await Promise.all(files.map((file) => file.arrayBuffer()));
    return digits.import(new Uint8Array(first), new Uint8Array(second));
  },

  schema: async () => (await wasm()).schema(),
  preset: async ({ preset }) => (await wasm()).preset(preset),
  check: async (options) => ({ parameters: (await wasm()).checkOptions(options) }),

  runs: () => runsWith(runner.session),
  inspect: async ({ id }) => inspectRun(id, runner.session, await wasm()),
  rename: ({ id, name }) => renameRun(id, name, runner.session),
  delete: async ({ id }) => {
    if (runner.session?.run.id === id) await runner.discard();
    await removeRun(id);
  },
  export: async (request) =>
    /** @type {Uint8Array<ArrayBuffer>} */ (await exportRun(request, runner.session, await wasm())),
  import: async ({ name, bytes }) => importRun(name, bytes, await wasm()),
};
serve(answers, (error) => chooser.absorb(error));

/**
 * @template T
 * @param {import("../../shared/train/protocol.js").DataSpec} spec
 * @param {AbortSignal} signal
 * @param {(set: import("../../cpu.js").DataSet) => T} use
 * @returns {Promise<T>}
 */
async function withData(spec, signal, use) {
  const { set, release } = await data.open(spec, await wasm(), signal);
  try {
    return use(set);
  } finally {
    release();
  }
}

/** @param {TrainEvent} event */
function post(event) {
  self.postMessage(event);
}
