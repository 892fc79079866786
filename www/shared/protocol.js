/**
 * The messages between the drawing page (client.js) and its worker (worker.js).
 *
 * The page sends requests that carry an id; the worker answers each with one reply of the same
 * id, and sends events, without an id, in between (rpc.js).
 *
 * @typedef {import("../cpu.js").Device} Device
 * @typedef {import("../cpu.js").DeviceInfo} DeviceInfo
 * @typedef {import("../cpu.js").Prediction} Prediction
 * @typedef {import("../cpu.js").Preset} Preset
 * @typedef {import("../cpu.js").Stroke} Stroke
 *
 * The model that reads the digits: weights/PRESET.safetensors, or what a run on the training page has
 * learnt.
 * @typedef {"default" | "reference" | `run:${string}`} Model
 *
 * @typedef {{ device: Device, model: Model, weights?: Uint8Array, measure: boolean }} LoadRequest
 *   `weights` of a run that the browser could not keep; `measure` finds out anew which device is the
 *   fastest, where `auto` is to be that
 *
 * @typedef {object} DrawRequests what each request takes, and what it is answered with
 * @property {[LoadRequest, DeviceState]} load
 * @property {[{ strokes: Stroke[] }, Prediction | null]} classify null where nothing is drawn
 * @property {[{ pixels: Uint8Array, label: number }, number]} keepDigit among the user's own; says how
 *   many there are
 *
 * @typedef {string | number | Words | (string | number | Words)[] | null} Value in words
 * @typedef {{ key: string, values?: Record<string, Value>, text?: string }} Words what is to be said, in
 *   no language yet: a key of the files in www/words/, values for its places, and what to say where
 *   there is no such key
 *
 * @typedef {{ name: string, message: string, code: string, stack: string | undefined,
 *   values: Record<string, Value> }} PlainError
 *
 * The device that answers now, and why it is not another. `pending` says that the worker may still
 * change to another device.
 * @typedef {Pick<DeviceInfo, "kind" | "name">
 *   & { description: Words | string, reason: Words | null, pending: boolean }} DeviceState
 *
 * @typedef {"cpu" | "webgpu" | "weights"} Download
 * @typedef {{ event: "progress", file: Download, loaded: number, total: number }} ProgressEvent
 * @typedef {{ event: "device", device: DeviceState }} DeviceEvent
 * @typedef {ProgressEvent | DeviceEvent} WorkerEvent
 */

/** An error that programs can tell apart by its stable `code`; the page says `error.CODE` for it. */
export class CodedError extends Error {
  /**
   * @param {string} code
   * @param {Record<string, Value>} [values] for the places in its words
   * @param {ErrorOptions} [options]
   */
  constructor(code, values = {}, options) {
    super(`${code} ${JSON.stringify(values)}`, options);
    this.code = code;
    this.values = values;
  }
}

/**
 * @param {unknown} error
 * @returns {Words} what people are told of it
 */
export function wordsOf(error) {
  const { values } = /** @type {{ values?: Record<string, Value> }} */ (error ?? {});
  return { key: `error.${codeOf(error)}`, values: values ?? {}, text: messageOf(error) };
}

/**
 * @param {unknown} error
 * @returns {string} its code, or nothing
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/**
 * @param {unknown} error
 * @returns {string} what people are told of it
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {unknown} thrown
 * @returns {PlainError} what of an error survives on its way to another thread
 */
export function toPlainError(thrown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = "code" in error && typeof error.code === "string" ? error.code : "unexpected";
  const values = "values" in error ? /** @type {Record<string, Value>} */ (error.values) : {};
  return { name: error.name, message: error.message, code, stack: error.stack, values };
}

/**
 * @param {PlainError} plain
 * @returns {CodedError}
 */
export function fromPlainError({ name, message, code, stack, values }) {
  const error = new CodedError(code, values ?? {});
  error.message = message;
  error.name = name;
  error.stack = stack;
  return error;
}
