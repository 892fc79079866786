/**
 * The runs that are kept: those in storage, and the one that is loaded, which may be newer than
 * what storage could keep of it.
 *
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 * @typedef {import("../../shared/train/protocol.js").CheckpointInfo} CheckpointInfo
 * @typedef {import("../../shared/train/protocol.js").ExportRequest} ExportRequest
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("./session.js").Session} Session
 */
import { CodedError } from "../../shared/protocol.js";
import { specOfCheckpoint } from "../../shared/train/sources.js";
import { newRun } from "./runner.js";
import { deleteRun, listRuns, lockRun, newRunId, readCheckpoint, readRun, saveRun } from "../../shared/train/store.js";

/**
 * @param {Session | null} session
 * @returns {Promise<RunInfo[]>} newest first
 */
export async function runsWith(session) {
  const stored = await listRuns().catch((error) => {
    if (error instanceof CodedError && error.code === "storage-unavailable") return [];
    throw error;
  });
  if (!session) return stored;
  const others = stored.filter(({ id }) => id !== session.run.id);
  return [...others, session.run].sort((a, b) => b.created - a.created);
}

/**
 * @param {string} id
 * @param {Session | null} session
 * @param {WasmModule} module
 * @returns {Promise<CheckpointInfo>}
 */
export async function inspectRun(id, session, module) {
  if (session?.run.id !== id) return module.Trainer.inspect(await readCheckpoint(id));
  const { config, recipe, data, position, history } = session.trainer;
  return { config, recipe, data, position, history };
}

/**
 * @param {ExportRequest} request
 * @param {Session | null} session
 * @param {WasmModule} module
 * @returns {Promise<Uint8Array>}
 */
export async function exportRun({ id, what }, session, module) {
  if (session?.run.id === id) {
    return session.export(what);
  }
  const checkpoint = await readCheckpoint(id);
  return what === "checkpoint" ? checkpoint : module.Trainer.weightsOf(checkpoint, what);
}

/**
 * @param {string} id
 * @param {string} name
 * @param {Session | null} session
 * @returns {Promise<RunInfo>}
 */
export async function renameRun(id, name, session) {
  if (session?.run.id === id) {
    await session.rename(name);
    return session.run;
  }
  return locked(id, async () => {
    const run = await readRun(id);
    const renamed = { ...run, name, spec: { ...run.spec, name } };
    await saveRun(renamed);
    return renamed;
  });
}

/**
 * @param {string} id of a run that is not loaded here
 * @returns {Promise<void>}
 */
export function removeRun(id) {
  return locked(id, () => deleteRun(id));
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} checkpoint
 * @param {WasmModule} module
 * @returns {Promise<RunInfo>}
 */
export async function importRun(name, checkpoint, module) {
  const info = module.Trainer.inspect(checkpoint);
  const { config, recipe, history, position } = info;
  const id = newRunId();
  /** @type {RunInfo["spec"]} */
  const spec = { name, device: "auto", preset: "default", config, recipe, data: specOfCheckpoint(info.data) };
  const last = (/** @type {string} */ set) => history.evaluations.findLast((each) => each.set === set)?.accuracy ?? null;
  /** @type {RunInfo} */
  const run = {
    ...newRun(id, spec, info),
    status: position.done ? "finished" : "stopped",
    saved: Date.now(),
    bytes: checkpoint.length,
    loss: history.losses.at(-1) ?? null,
    validationAccuracy: last("validation"),
    testAccuracy: last("test"),
  };
  await saveRun(run, checkpoint);
  return run;
}

/**
 * @template T
 * @param {string} id
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function locked(id, work) {
  const release = await lockRun(id);
  try {
    return await work();
  } finally {
    release();
  }
}
