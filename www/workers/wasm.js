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
import { download } from "./download.js";
import { CodedError } from "../shared/protocol.js";
import { cpuFile } from "../shared/simd.js";
import { VERSION } from "../shared/site.js";

/** The names that the page has for the builds. @type {Record<Build, string>} */
const NAMES = { cpu: "CPU", ndarray: "ndarray", webgpu: "WebGPU" };

/** The words of browsers for a Content Security Policy that lets no wasm run. */
const FORBIDDEN = /unsafe-eval|blocked by CSP/;

/**
 * The file of a build for this engine.
 *
 * @param {Build} build
 * @param {(bytes: Uint8Array<ArrayBuffer>) => boolean} [validate]
 * @returns {File}
 */
export function fileOf(build, validate) {
  return build === "cpu" ? cpuFile(validate) : build;
}

/**
 * @param {Build} build
 * @param {import("./download.js").OnProgress} onProgress
 * @param {number} failures how many modules of this build have crashed: they are not to be used again
 * @returns {Promise<Loaded>}
 * @throws {CodedError} `not-built` where this site does not have the build, or not yet
 */
export async function loadWasm(build, onProgress, failures) {
  if (!globalThis.WebAssembly) throw new CodedError("no-wasm");
  if (build === "webgpu") await import("./firefox.js");
  const best = fileOf(build);
  const { name, bytes } = choose(build, best, await latest());
  const file = { url: new URL(`../${name}_bg.wasm`, import.meta.url), expectedBytes: bytes, onProgress };
  const query = failures > 0 ? `?${failures}` : "";
  const { module, memory } = await start(name, file, query).catch((error) => {
    if (FORBIDDEN.test(error.message)) throw new CodedError("wasm-forbidden", {}, { cause: error });
    if (!isMixed(error)) throw error;
    // A cache may hold a file of an earlier version, and is passed by once.
    return start(name, { ...file, cache: "reload" }, `?${Date.now()}`).catch((again) => {
      throw isMixed(again) ? new CodedError("mixed-files", { file: `${name}_bg.wasm` }, { cause: again }) : again;
    });
  });
  return { module, memory, note: name === best ? null : { key: "device.slower-build" } };
}

/**
 * @param {File} name
 * @param {import("./download.js").DownloadOptions} file
 * @param {string} query of the script
 */
async function start(name, file, query) {
  const [module, response] = await Promise.all([loadScript(name, query), download(file)]);
  const { memory } = await module.default({ module_or_path: response });
  return { module, memory };
}

/**
 * Tells whether a script and a wasm file do not fit each other, or one is not what it should be.
 * @param {unknown} error
 */
function isMixed(error) {
  return error instanceof WebAssembly.LinkError || error instanceof WebAssembly.CompileError;
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

/** The states of the files now: a page may be open while they are compiled, unless it is a release. */
async function latest() {
  if (VERSION || Object.values(builds).every((state) => typeof state === "number")) return builds;
  /** @type {typeof import("../builds.js")} */
  const { default: now } = await import(`../builds.js?${Date.now()}`);
  return now;
}

/**
 * @param {File} name
 * @param {string} query under another address a script is another module, with memory of its own
 * @returns {Promise<WasmModule & { default: Start }>}
 */
async function loadScript(name, query) {
  try {
    return await import(`../${name}.js${query}`);
  } catch (cause) {
    throw new CodedError("download-failed", { kind: "script" }, { cause });
  }
}
