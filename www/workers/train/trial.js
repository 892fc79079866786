/**
 * The time of a training step on a device: a throwaway trainer finds out.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../shared/protocol.js").Preset} Preset
 * @typedef {import("../wasm.js").WasmModule} WasmModule
 *
 * @typedef {object} Options what the run is, or will be
 * @property {Preset} preset
 * @property {Partial<import("../../cpu.js").VitConfig>} config
 * @property {Partial<import("../../cpu.js").Recipe>} recipe
 *
 * @typedef {{ now: () => number, signal: AbortSignal }} Environment
 */
import { median } from "../fastest.js";

const ROUNDS = 3;
/** A run makes several steps at a time where they are short, and waits for the device once. */
const TURN_MS = 100;
const MOST_STEPS = 8;
/** A step this long needs no second look. */
const LONG_MS = 500;
/** Enough for all rounds; each ends with an epoch at the latest. */
const EPOCHS = ROUNDS + 3;

/**
 * @param {Pick<WasmModule, "DataSet" | "Trainer">} module
 * @param {"cpu" | "webgpu"} device
 * @param {Options} options
 * @param {number} batch that of the options
 * @param {Environment} environment
 * @returns {Promise<number>} milliseconds
 */
export async function timeStep(module, device, { preset, config, recipe }, batch, environment) {
  const data = module.DataSet.synthetic({ images: MOST_STEPS * batch });
  try {
    // Small: what is measured must not fail for a rate that makes the loss infinite.
    const trial = { ...recipe, epochs: EPOCHS, learning_rate: 1e-6, warmup: 0 };
    const trainer = await module.Trainer.create({ data, device, preset, config, recipe: trial });
    try {
      return await timeSteps(trainer, environment);
    } finally {
      trainer.free();
    }
  } finally {
    data.free();
  }
}

/**
 * @param {Pick<Trainer, "step">} trainer
 * @param {Environment} environment
 */
async function timeSteps(trainer, { now, signal }) {
  /** @param {number} count */
  const time = async (count) => {
    const start = now();
    const { losses } = await trainer.step(count, signal);
    return (now() - start) / losses.length;
  };
  // The first one compiles shaders and takes memory.
  await time(1);
  const single = await time(1);
  if (single >= LONG_MS) return single;
  const count = Math.max(1, Math.min(MOST_STEPS, Math.floor(TURN_MS / single)));
  const times = [];
  while (times.length < ROUNDS) times.push(await time(count));
  return median(times);
}
