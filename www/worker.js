/**
 * The worker that owns the wasm objects: the only place that imports the generated modules, so
 * that the page never waits for a computation.
 */
import { download, downloadBytes } from "./download.js";
import { Engine } from "./engine.js";
import { CodedError, toPlainError } from "./protocol.js";

/** @typedef {import("./protocol.js").Request} Request */
/** @typedef {import("./protocol.js").LoadRequest} LoadRequest */
/** @typedef {import("./protocol.js").Reply} Reply */
/** @typedef {import("./protocol.js").WorkerEvent} WorkerEvent */
/** @typedef {import("./protocol.js").Download} Download */

/** About what the files measure, for servers that do not say. */
const EXPECTED_BYTES = { cpu: 4_300_000, webgpu: 11_700_000, weights: 284_000 };

/** @type {Engine | undefined} */
let engine;

// Before anything is awaited: a message that finds no listener is lost.
self.addEventListener("message", async ({ data }) => {
  const { id, ...request } = /** @type {Request} */ (data);
  try {
    post({ id, value: await answer(request) });
  } catch (error) {
    post({ id, error: toPlainError(error) });
  }
});

self.addEventListener("error", (event) => {
  if (engine?.absorb(event.error)) event.preventDefault();
});

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  if (engine?.absorb(event.reason)) return;
  // Only an uncaught error reaches the page, which then offers to start again.
  setTimeout(() => {
    throw event.reason;
  });
});

/** @param {import("./protocol.js").LoadRequest | import("./protocol.js").ClassifyRequest} request */
async function answer(request) {
  switch (request.type) {
    case "load":
      return load(request);
    case "classify":
      if (!engine) throw new CodedError("not-loaded", "the model is not loaded");
      return engine.classify(request.strokes);
  }
}

/** @param {LoadRequest} request */
async function load({ device, model }) {
  const [cpu, weights] = await Promise.all([loadCpu(device), loadWeights(model)]);
  engine = await Engine.start({
    device,
    model,
    cpu,
    weights,
    loadWebGpu,
    onDevice: (state) => post({ event: "device", device: state }),
  });
  // After the reply, which must not wait for a GPU.
  setTimeout(() => engine?.takeOver());
  return engine.state;
}

/**
 * burn-ndarray would make the file that everyone loads half as large again: it has its own.
 *
 * @param {LoadRequest["device"]} device
 */
async function loadCpu(device) {
  const [cpu, response] = await Promise.all(
    device === "ndarray"
      ? [imported(import("./ndarray.js")), loadWasm("cpu", "ndarray")]
      : [imported(import("./cpu.js")), loadWasm("cpu", "cpu")],
  );
  await cpu.default({ module_or_path: response });
  return cpu;
}

async function loadWebGpu() {
  const [webgpu, response] = await Promise.all([imported(import("./webgpu.js")), loadWasm("webgpu", "webgpu")]);
  await webgpu.default({ module_or_path: response });
  return webgpu;
}

/**
 * @param {"cpu" | "webgpu"} file what its progress is reported as
 * @param {string} name
 */
function loadWasm(file, name) {
  return download(downloadOptions(file, `./${name}_bg.wasm`));
}

/** @param {import("./protocol.js").Model} model */
function loadWeights(model) {
  return downloadBytes(downloadOptions("weights", `./weights/${model}.safetensors`));
}

/**
 * @param {Download} file
 * @param {string} path
 */
function downloadOptions(file, path) {
  return {
    url: new URL(path, import.meta.url),
    expectedBytes: EXPECTED_BYTES[file],
    onProgress: (/** @type {number} */ loaded, /** @type {number} */ total) =>
      post({ event: "progress", file, loaded, total }),
  };
}

/**
 * @template T
 * @param {Promise<T>} module
 * @returns {Promise<T>}
 */
async function imported(module) {
  try {
    return await module;
  } catch (cause) {
    throw new CodedError("download-failed", "could not load a script of the model", { cause });
  }
}

/** @param {Reply | WorkerEvent} message */
function post(message) {
  self.postMessage(message);
}
