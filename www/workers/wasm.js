/**
 * The generated modules: nothing else imports them, so that only workers wait for computations.
 *
 * @typedef {Omit<typeof import("../cpu.js"), "default" | "initSync">} WasmModule what all of them have
 * @typedef {(source: { module_or_path: Response }) => Promise<{ memory: WebAssembly.Memory }>} Start
 * @typedef {"cpu" | "ndarray" | "webgpu"} Build
 * @typedef {Build | "cpu_relaxed"} File
 * @typedef {{ module: WasmModule, memory: WebAssembly.Memory, note: import("../shared/protocol.js").Words | null }} Loaded
 *   `note` says why it is not the best file for this engine
 */
import builds from "../builds.js";
import "./firefox.js";
import { download } from "./download.js";
import { CodedError } from "../shared/protocol.js";

/** What the page calls the builds. @type {Record<Build, string>} */
const NAMES = { cpu: "CPU", ndarray: "ndarray", webgpu: "WebGPU" };

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
 * @param {number} failures how many modules of this build have crashed: they are not to be used again
 * @returns {Promise<Loaded>}
 * @throws {CodedError} `not-built` where this site does not have the build, or not yet
 */
export async function loadWasm(build, onProgress, failures) {
  const best = fileOf(build);
  const { name, bytes } = choose(build, best, await latest());
  const url = new URL(`../${name}_bg.wasm`, import.meta.url);
  const file = download({ url, expectedBytes: bytes, onProgress });
  const [module, response] = await Promise.all([loadScript(name, failures), file]);
  const { memory } = await module.default({ module_or_path: response });
  return { module, memory, note: name === best ? null : { key: "device.slower-build" } };
}

/**
 * The file to load for a build: where the best one for this engine is not there yet, one that does.
 *
 * @param {Build} build
 * @param {File} best
 * @param {Record<string, import("../builds.js").State>} states
 * @returns {{ name: File, bytes: number }}
 */
export function choose(build, best, states) {
  for (const name of [best, build]) {
    const state = states[name] ?? 0;
    if (typeof state === "number") return { name, bytes: state };
  }
  throw new CodedError("not-built", { kind: String(states[build]).replace(" ", "-"), build: NAMES[build] });
}

/** The states of the files now: a page may be open while they are compiled. */
async function latest() {
  if (Object.values(builds).every((state) => typeof state === "number")) return builds;
  /** @type {typeof import("../builds.js")} */
  const { default: now } = await import(`../builds.js?${Date.now()}`);
  return now;
}

/**
 * @param {File} name
 * @param {number} failures
 * @returns {Promise<WasmModule & { default: Start }>}
 */
async function loadScript(name, failures) {
  try {
    // Under another address a script is another module, with memory of its own.
    return await import(`../${name}.js${failures > 0 ? `?${failures}` : ""}`);
  } catch (cause) {
    throw new CodedError("download-failed", { kind: "script" }, { cause });
  }
}
