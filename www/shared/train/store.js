/**
 * The runs kept in the browser: `runs/ID/checkpoint.safetensors`, all that it takes to go on, and
 * `runs/ID/run.json`, what the list shows.
 *
 * @typedef {import("./protocol.js").RunInfo} RunInfo
 */
import { heldNames, hold } from "../locks.js";
import { CodedError } from "../protocol.js";
import { list, readFile, remove, writeFiles } from "../storage.js";

const RUNS = "runs";

/** @param {string} id */
export function checkpointPath(id) {
  return `${RUNS}/${id}/checkpoint.safetensors`;
}

/** @param {string} id */
function infoPath(id) {
  return `${RUNS}/${id}/run.json`;
}

export function newRunId() {
  // Ids sort by time; the rest tells runs of the same moment apart.
  const noise = crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
  return `${Date.now().toString(36)}-${noise}`;
}

/** @returns {Promise<RunInfo[]>} newest first; those that can't be read as `damaged` */
export async function listRuns() {
  const runs = await Promise.all((await list(RUNS)).map(readOrDamaged));
  // Afterwards: what was deleted meanwhile, or still is being, had lost its parts when it was read.
  const locked = await lockedRuns();
  const ids = new Set(await list(RUNS));
  return runs
    .filter(({ id, status }) => ids.has(id) && (status !== "damaged" || !locked.has(id)))
    .map((run) => ({ ...run, active: locked.has(run.id) }))
    .sort((a, b) => b.created - a.created || b.id.localeCompare(a.id));
}

/**
 * @param {string} id
 * @returns {Promise<RunInfo>}
 */
export async function readRun(id) {
  const bytes = await readFile(infoPath(id));
  if (!bytes) throw new CodedError("run-gone", { kind: "deleted", id });
  try {
    return check(JSON.parse(new TextDecoder().decode(bytes)), id);
  } catch (cause) {
    throw new CodedError("run-damaged", { id }, { cause });
  }
}

/**
 * @param {string} id
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function readCheckpoint(id) {
  const bytes = await readFile(checkpointPath(id));
  if (!bytes) throw new CodedError("no-checkpoint");
  return bytes;
}

/**
 * @param {RunInfo} run
 * @param {Uint8Array<ArrayBuffer>} [checkpoint]
 */
export function saveRun(run, checkpoint) {
  const info = new TextEncoder().encode(JSON.stringify(run));
  return writeFiles({ [infoPath(run.id)]: info, ...(checkpoint && { [checkpointPath(run.id)]: checkpoint }) });
}

/** @param {string} id */
export function deleteRun(id) {
  return remove(`${RUNS}/${id}`);
}

/**
 * Takes a run for this tab: two that train it would overwrite each other's checkpoints. The
 * browser lets go of it if the tab is closed or crashes.
 *
 * @param {string} id
 * @returns {Promise<() => void>} lets go of it; rejects with the code `run-in-use`
 */
export async function lockRun(id) {
  const release = await hold(lockName(id));
  if (!release) throw new CodedError("run-in-use");
  return release;
}

/** @param {string} id */
function lockName(id) {
  return `vitpad-run-${id}`;
}

async function lockedRuns() {
  const prefix = lockName("");
  const names = await heldNames();
  return new Set(names.map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : "")));
}

/**
 * @param {string} id
 * @returns {Promise<RunInfo>}
 */
async function readOrDamaged(id) {
  try {
    return await readRun(id);
  } catch (error) {
    // One entry that can't be read, a stray file say, hides no other.
    if (!(error instanceof CodedError) || error.code === "storage-unavailable") throw error;
    return damaged(id);
  }
}

/**
 * @param {any} run
 * @param {string} id
 * @returns {RunInfo}
 */
function check(run, id) {
  const numbers = [run.created, run.saved, run.bytes, run.position.step, run.position.steps];
  const texts = [run.name, run.status, run.data, run.spec.data.source];
  const whole = numbers.every(Number.isFinite) && texts.every((text) => typeof text === "string");
  if (!whole || run.id !== id) throw new TypeError("a field is missing");
  return run;
}

/**
 * @param {string} id
 * @returns {RunInfo}
 */
function damaged(id) {
  return {
    id,
    name: id,
    status: "damaged",
    active: false,
    created: 0,
    saved: 0,
    bytes: 0,
    spec: {
      name: id,
      device: "auto",
      preset: "default",
      config: {},
      recipe: {},
      data: { source: "", images: 0 },
    },
    data: "",
    position: { step: 0, steps: 0, epoch: 0, epochs: 0, stepsPerEpoch: 0, learningRate: 0, done: false },
    loss: null,
    validationAccuracy: null,
    testAccuracy: null,
  };
}
