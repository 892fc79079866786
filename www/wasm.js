/**
 * The generated modules: nothing else imports them, so that only workers wait for computations.
 *
 * @typedef {Omit<typeof import("./cpu.js"), "default" | "initSync">} WasmModule what all of them have
 * @typedef {(source: { module_or_path: Response }) => Promise<{ memory: WebAssembly.Memory }>} Start
 * @typedef {"cpu" | "ndarray" | "webgpu"} Build
 * @typedef {{ module: WasmModule, memory: WebAssembly.Memory }} Loaded
 */
import { download } from "./download.js";
import { CodedError } from "./protocol.js";

/** About what the files measure, for servers that do not say. */
const EXPECTED_BYTES = { cpu: 4_300_000, ndarray: 4_400_000, webgpu: 11_700_000 };

/**
 * burn-ndarray would make the file that everyone loads half as large again: it has its own.
 *
 * @type {Record<Build, () => Promise<WasmModule & { default: Start }>>}
 */
const SCRIPTS = {
  cpu: () => import("./cpu.js"),
  ndarray: () => import("./ndarray.js"),
  webgpu: () => import("./webgpu.js"),
};

/**
 * @param {Build} build
 * @param {import("./download.js").OnProgress} onProgress
 * @returns {Promise<Loaded>}
 */
export async function loadWasm(build, onProgress) {
  const url = new URL(`./${build}_bg.wasm`, import.meta.url);
  const file = download({ url, expectedBytes: EXPECTED_BYTES[build], onProgress });
  const [module, response] = await Promise.all([loadScript(build), file]);
  const { memory } = await module.default({ module_or_path: response });
  return { module, memory };
}

/** @param {Build} build */
async function loadScript(build) {
  try {
    return await SCRIPTS[build]();
  } catch (cause) {
    throw new CodedError("download-failed", "could not load a script of the model", { cause });
  }
}
