/** Times libraries at one task in turns, so that what else the machine does slows all alike. */
import { perStep } from "./gpu.mjs";
import { Tab } from "./tab.mjs";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {import("./tab.mjs").Step} Step */
/** @typedef {import("./types.js").GpuWork} GpuWork */
/**
 * @typedef {{
 *   library: string,
 *   steps: Step[],
 *   first: number,
 *   firstMilliseconds: number | null,
 *   sinceAdapter: number | null,
 *   gpu: GpuWork | null,
 *   error: string | null,
 * }} Run `first` is the first step's value
 */

/** Steps before the clock counts, since the first ones compile; fewer where they are this slow. */
const WARM_UP = { steps: 3, milliseconds: 20_000 };
const ROUNDS = { fewest: 2, most: 7, milliseconds: 60_000 };
/** A turn is about this long. */
const TURN = { milliseconds: 1_000, mostSteps: 100 };

/**
 * @param {string[]} libraries
 * @param {Task} task
 * @param {{ url: string, limit: number, parameters: number, log: (line: string) => void }} options
 * @returns {Promise<Run[]>}
 */
export async function measure(libraries, task, options) {
  const runners = libraries.map((library) => new Runner(library, task, options));
  try {
    for (const runner of runners) await runner.warmUp();
    const start = performance.now();
    for (let round = 0; round < ROUNDS.most; round++) {
      const late = performance.now() - start > ROUNDS.milliseconds;
      if (late && round >= ROUNDS.fewest) break;
      for (const runner of runners) await runner.turn();
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
  return runners.map((runner) => runner.run);
}

/** @param {Step[]} steps */
export function median(steps) {
  const sorted = steps.map((step) => step.milliseconds).sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

/** A library that took part until it failed. */
class Runner {
  /** @type {Tab | null} */
  #tab = null;
  #stepsPerTurn = 1;

  /**
   * @param {string} library
   * @param {Task} task
   * @param {Parameters<typeof measure>[2]} options
   */
  constructor(library, task, options) {
    this.task = task;
    this.options = options;
    /** @type {Run} */
    this.run = { library, steps: [], first: NaN, firstMilliseconds: null, sinceAdapter: null, gpu: null, error: null };
  }

  warmUp() {
    return this.#attempt("warm-up", async () => {
      this.#tab = await Tab.open(this.options.url, this.options.limit);
      const opened = performance.now();
      const parameters = await this.#tab.create(this.run.library, this.task);
      if (parameters !== this.options.parameters) {
        throw new Error(`has ${parameters} parameters, not ${this.options.parameters}`);
      }
      const start = performance.now();
      let steps = await this.#tab.step(1);
      this.run.first = steps[0].value;
      this.run.firstMilliseconds = performance.now() - opened;
      if (this.task.device === "webgpu") this.run.sinceAdapter = await this.#tab.sinceAdapter();
      for (let step = 1; step < WARM_UP.steps; step++) {
        if (performance.now() - start > WARM_UP.milliseconds) break;
        steps = await this.#tab.step(1);
      }
      const fitting = Math.round(TURN.milliseconds / steps[0].milliseconds);
      this.#stepsPerTurn = Math.min(TURN.mostSteps, Math.max(1, fitting));
    });
  }

  turn() {
    return this.#attempt("turn", async () => {
      if (!this.#tab) return;
      const before = await this.#tab.gpuWork();
      this.run.steps.push(...(await this.#tab.step(this.#stepsPerTurn)));
      if (this.task.device === "webgpu") {
        this.run.gpu = perStep(before, await this.#tab.gpuWork(), this.#stepsPerTurn);
      }
    });
  }

  async close() {
    await this.#tab?.close();
  }

  /** @param {string} what @param {() => Promise<void>} work */
  async #attempt(what, work) {
    if (this.run.error) return;
    const start = performance.now();
    try {
      await work();
    } catch (error) {
      this.run.error = shortened(error);
    }
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    this.options.log(`  ${this.run.library}: ${what} ${this.run.error ?? `${seconds} s`}`);
  }
}

/** @param {unknown} error its first line, without Playwright's part of it */
function shortened(error) {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/^page\.evaluate: /, "").split("\n")[0];
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
