/** The worker of the training page: it owns the wasm objects, so that the page never waits. */
import { serve } from "../rpc.js";
import { Speeds } from "../speeds.js";
import { loadWasm } from "../wasm.js";
import { Data } from "./data.js";
import { Devices } from "./devices.js";
import { exportRun, importRun, inspectRun, removeRun, renameRun, runsWith } from "./library.js";
import { Runner } from "./runner.js";

/** @typedef {import("./protocol.js").TrainRequest} TrainRequest */
/** @typedef {import("./protocol.js").TrainEvent} TrainEvent */

const data = new Data(post);
const devices = new Devices(
  (build) => loadWasm(build, (loaded, total) => post({ event: "download", file: `${build}_bg.wasm`, loaded, total })),
  (what) => runner.wait(what),
  { speeds: new Speeds(), now: () => performance.now() },
);
const runner = new Runner(devices, data, post);

serve(answer, (error) => devices.absorb(error));

/** @param {TrainRequest} request */
async function answer(request) {
  switch (request.type) {
    case "start":
      return runner.start(request.run, request.measure);
    case "resume":
      return runner.resume(request.id, request.data);
    case "pause":
      return runner.current.pause();
    case "continue":
      return runner.current.continue();
    case "stop":
      return runner.stop();
    case "discard":
      return runner.discard();
    case "classify":
      return runner.session?.classify(request.strokes) ?? null;
    case "sets":
      return data.sets();
    case "remove-set":
      return data.removeGiven(request.set);
    case "runs":
      return runsWith(runner.session);
    case "rename":
      return renameRun(request.id, request.name, runner.session);
    case "delete":
      if (runner.session?.run.id === request.id) await runner.discard();
      return removeRun(request.id);
    default:
      return answerWithWasm(request, (await devices.load("cpu")).module);
  }
}

/**
 * @param {Extract<TrainRequest, { type: "describe" | "preview" | "add-files" | "check" | "preset"
 *   | "rasterize" | "inspect" | "export" | "import" }>} request
 * @param {import("../wasm.js").WasmModule} module
 */
async function answerWithWasm(request, module) {
  switch (request.type) {
    case "describe":
      return withData(request.data, module, (set) => set.info);
    case "preview":
      return withData(request.data, module, (set) => preview(request, set));
    case "add-files":
      return data.add(request.files, module);
    case "check": {
      const { preset, config, recipe } = request;
      return { parameters: module.checkOptions({ preset, config, recipe }) };
    }
    case "preset":
      return module.preset(request.preset);
    case "rasterize":
      return module.rasterize(request.strokes);
    case "inspect":
      return inspectRun(request.id, runner.session, module);
    case "export":
      return exportRun(request, runner.session, module);
    case "import":
      return importRun(request.name, request.bytes, module);
  }
}

/**
 * @param {import("./protocol.js").PreviewRequest} request
 * @param {import("../cpu.js").DataSet} set
 */
function preview({ count, seed, augment }, set) {
  const plain = set.samples(count, seed, null);
  return { plain, augmented: augment && set.samples(count, seed, augment) };
}

/**
 * @template T
 * @param {import("./protocol.js").DataSpec} spec
 * @param {import("../wasm.js").WasmModule} module
 * @param {(set: import("../cpu.js").DataSet) => T} use
 * @returns {Promise<T>}
 */
async function withData(spec, module, use) {
  const { set, release } = await data.open(spec, module);
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
