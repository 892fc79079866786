/**
 * The messages between the training page (train/client.js) and its worker (train/worker.js): a
 * request gets one reply, events come in between (rpc.js).
 *
 * @typedef {import("../../cpu.js").CheckpointInfo} CheckpointInfo
 * @typedef {import("../../cpu.js").Augment} Augment
 * @typedef {import("../../cpu.js").DataInfo} DataInfo
 * @typedef {import("../../cpu.js").Evaluation} Evaluation
 * @typedef {import("../../cpu.js").IdxPair} IdxPair
 * @typedef {import("../../cpu.js").Position} Position
 * @typedef {import("../../cpu.js").Prediction} Prediction
 * @typedef {import("../../cpu.js").Recipe} Recipe
 * @typedef {import("../../cpu.js").Samples} Samples
 * @typedef {import("../../cpu.js").Schema} Schema
 * @typedef {import("../../cpu.js").Stroke} Stroke
 * @typedef {import("../../cpu.js").VitConfig} VitConfig
 * @typedef {import("../protocol.js").Device} Device
 * @typedef {import("../protocol.js").DeviceState} DeviceState
 * @typedef {import("../protocol.js").Preset} Preset
 * @typedef {import("../protocol.js").Words} Words
 * @typedef {import("./sources.js").DataSpec} DataSpec
 * @typedef {import("./sources.js").Sets} Sets
 *
 * @typedef {object} RunSpec a new run; `config` and `recipe` are changes to the preset
 * @property {string} name
 * @property {Device} device
 * @property {Preset} preset
 * @property {Partial<VitConfig>} config
 * @property {Partial<Recipe>} recipe
 * @property {DataSpec} data
 *
 * @typedef {"running" | "paused" | "stopped" | "finished" | "failed" | "damaged"} RunStatus
 *   `running` in storage means that a tab was closed or crashed meanwhile; `damaged` that nothing
 *   can be read of it: its `name` is its id, and it can only be deleted
 *
 * @typedef {object} RunInfo a run as the list shows it
 * @property {string} id
 * @property {string} name
 * @property {RunStatus} status
 * @property {boolean} active whether a tab, this one or another, is training it now
 * @property {number} created milliseconds since 1970
 * @property {number} saved the same; when its last checkpoint was written, 0 for never
 * @property {number} bytes of its checkpoint
 * @property {RunSpec} spec
 * @property {string} data its name, for people
 * @property {Position} position
 * @property {number | null} loss of the last steps, smoothed
 * @property {number | null} validationAccuracy the last, 0 to 1
 * @property {number | null} testAccuracy
 *
 * @typedef {{ set: string, title: string, bytes: number }} KeptSet data that the browser keeps: its folder,
 *   what people call it, such as the address that it comes from, and its size
 *
 * The requests: what each takes, and what it is answered with.
 * @typedef {object} TrainRequests
 * @property {[{}, Sets]} sets what is at hand without asking the user
 * @property {[{ data: DataSpec, augment: Augment | null, count: number, seed: number },
 *   { plain: Samples, augmented: Samples | null }]} preview
 * @property {[{}, void]} endPreviews rejects those that load their data with the code `superseded`: what nobody
 *   else waits for is not downloaded
 * @property {[{ files: File[] }, { set: string, info: DataInfo }]} addFiles two or four IDX files,
 *   packed or not
 * @property {[{}, KeptSet[]]} keptSets what of the data lies in the browser
 * @property {[{ set: string }, void]} removeSet deletes one of these
 * @property {[{}, Samples]} digits the user's own, in the order in which they were added
 * @property {[{ pixels: Uint8Array, label: number }, number]} keepDigit adds one to them, and says how
 *   many there are
 * @property {[{ index: number }, void]} removeDigit
 * @property {[{}, void]} clearDigits
 * @property {[{}, IdxPair | null]} exportDigits null where there are none
 * @property {[{ files: File[] }, number]} importDigits a pair of IDX files, in either order; says how many
 *   there are
 * @property {[{ preset: Preset, config: Partial<VitConfig>, recipe: Partial<Recipe> },
 *   { parameters: number }]} check rejects with what is wrong
 * @property {[{}, Schema]} schema all that can be set
 * @property {[{ preset: Preset }, { config: VitConfig, recipe: Recipe }]} preset
 * @property {[{ run: RunSpec, measure: boolean }, RunInfo]} start answers once it runs; takes the place
 *   of a run that is paused or has ended; `measure` finds out anew which device is the fastest, where
 *   `auto` is to be that
 * @property {[{ id: string, data?: DataSpec }, RunInfo]} resume from the checkpoint, like `start`;
 *   `data` where the run's own is not known here
 * @property {[{}, void]} pause after the present step; writes a checkpoint
 * @property {[{}, void]} continue
 * @property {[{}, void]} stop ends the run early: evaluates, writes a checkpoint; while it loads,
 *   `start` is rejected with the code `superseded`
 * @property {[{}, void]} discard forgets the run in the worker, not in storage: one that was going on
 *   is paused there
 * @property {[{ strokes: Stroke[] }, Prediction | null]} classify with the weights as they are now; null
 *   where nothing is drawn or nothing runs
 * @property {[{ strokes: Stroke[] }, Uint8Array | null]} rasterize 784 pixels
 * @property {[{}, RunInfo[]]} runs newest first
 * @property {[{ id: string }, CheckpointInfo]} inspect
 * @property {[{ id: string, name: string }, RunInfo]} rename
 * @property {[{ id: string }, void]} delete
 * @property {[ExportRequest, Uint8Array<ArrayBuffer>]} export
 * @property {[{ name: string, bytes: Uint8Array<ArrayBuffer> }, RunInfo]} import a checkpoint
 *
 * @typedef {{ id: string, what: "checkpoint" | "float32" | "float16" }} ExportRequest
 *
 * @typedef {"idle" | "loading" | "running" | "evaluating" | "pausing" | "paused" | "stopping"
 *   | "stopped" | "finished" | "failed"} TrainState
 *
 * @typedef {{ event: "state", state: TrainState, run: RunInfo | null,
 *   message: Words | null }} StateEvent `message`: why it failed, or what it is doing
 * @typedef {object} StepsEvent several steps, about ten times a second
 * @property {"steps"} event
 * @property {Position} position after the last of them
 * @property {Float32Array} losses one per step
 * @property {Float32Array} accuracies
 * @property {Float32Array} learningRates
 * @property {number} imagesPerSecond over the last seconds
 * @property {number} secondsLeft
 * @property {number} memory bytes of wasm memory
 * @typedef {{ event: "evaluation", evaluation: Evaluation }} EvaluationEvent
 * @typedef {{ event: "device", device: DeviceState }} DeviceEvent
 * @typedef {{ event: "download", file: string, loaded: number, total: number }} DownloadEvent
 * @typedef {{ event: "saved", run: RunInfo }} SavedEvent
 * @typedef {{ event: "storage", problem: Words | null }} StorageEvent
 *   why checkpoints are not kept, null once they are again; training goes on
 * @typedef {{ event: "notice", message: Words }} NoticeEvent
 *   what is worth saying and no failure, such as data that is used but could not be kept
 * @typedef {StateEvent | StepsEvent | EvaluationEvent | DeviceEvent | DownloadEvent | SavedEvent
 *   | StorageEvent | NoticeEvent} TrainEvent
 */

export {};
