/**
 * The surroundings of a run that is loaded.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 *
 * @typedef {object} SessionOptions
 * @property {RunInfo} run
 * @property {Trainer} trainer
 * @property {(event: TrainEvent) => void} post
 * @property {(run: RunInfo, checkpoint?: Uint8Array<ArrayBuffer>) => Promise<void>} store
 * @property {() => number} now milliseconds since 1970 that never go back
 * @property {() => number} memory bytes of wasm memory
 * @property {<T>(work: Promise<T>) => Promise<T>} orCrash rejects when the device has crashed, which
 *   leaves `work` hanging
 * @property {(error: unknown, checkpoint: Uint8Array) => Promise<Trainer | null>} replace a trainer
 *   on another device, where that may help
 * @property {() => void} release the run may now be trained elsewhere
 */

export {};
