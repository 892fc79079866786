/**
 * The generated modules: nothing else imports them, so that only workers wait for computations.
 *
 * @typedef {Omit<typeof import("./cpu.js"), "default" | "initSync">} WasmModule what all of them have
 * @typedef {(source: { module_or_path: Response }) => Promise<{ memory: WebAssembly.Memory }>} Start
 * @typedef {"cpu" | "ndarray" | "webgpu"} Build
 * @typedef {Build | "cpu_relaxed"} File
 * @typedef {{ module: WasmModule, memory: WebAssembly.Memory }} Loaded
 */
import { download } from "./download.js";
import { CodedError } from "./protocol.js";

/** About what the files measure, for servers that do not say. */
const EXPECTED_BYTES = { cpu: 3_200_000, cpu_relaxed: 3_200_000, ndarray: 4_400_000, webgpu: 11_700_000 };

/**
 * burn-ndarray would make the file that everyone loads half as large again: it has its own.
 *
 * @type {Record<File, () => Promise<WasmModule & { default: Start }>>}
 */
const SCRIPTS = {
  cpu: () => import("./cpu.js"),
  cpu_relaxed: () => import("./cpu_relaxed.js"),
  ndarray: () => import("./ndarray.js"),
  webgpu: () => import("./webgpu.js"),
};

/** A module with a function that multiplies and adds in one instruction of relaxed SIMD. */
const MULTIPLY_ADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // wasm, version 1
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b], // a type: three v128 to one
  ...[0x03, 0x02, 0x01, 0x00], // a function of that type
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00], // its code, without locals
  ...[0x20, 0x00, 0x20, 0x01, 0x20, 0x02], // local.get, thrice
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
);

/**
 * The file of a build for this engine. With relaxed SIMD the CPU's kernels are a fifth faster, and
 * an engine that does not know it refuses the whole file.
 *
 * @param {Build} build
 * @param {(bytes: Uint8Array<ArrayBuffer>) => boolean} [validate]
 * @returns {File}
 */
export function fileOf(build, validate = (bytes) => WebAssembly.validate(bytes)) {
  return build === "cpu" && validate(MULTIPLY_ADD) ? "cpu_relaxed" : build;
}

/**
 * @param {Build} build
 * @param {import("./download.js").OnProgress} onProgress
 * @returns {Promise<Loaded>}
 */
export async function loadWasm(build, onProgress) {
  const name = fileOf(build);
  const url = new URL(`./${name}_bg.wasm`, import.meta.url);
  const file = download({ url, expectedBytes: EXPECTED_BYTES[name], onProgress });
  const [module, response] = await Promise.all([loadScript(name), file]);
  const { memory } = await module.default({ module_or_path: response });
  return { module, memory };
}

/** @param {File} name */
async function loadScript(name) {
  try {
    return await SCRIPTS[name]();
  } catch (cause) {
    throw new CodedError("download-failed", "could not load a script of the model", { cause });
  }
}
