/**
 * Which device is faster for a job, and how that is said: "Best device" does not guess. What is
 * timed, the clock, and where answers are kept (speeds.js) come from outside.
 *
 * @typedef {import("../shared/protocol.js").Words} Words
 * @typedef {"draw" | "train"} Job
 * @typedef {{ cpu: number, webgpu: number }} Timings milliseconds
 */

/**
 * Lets both do the same work in turns, so that what else the machine does meets both, with other
 * events in between.
 *
 * @param {Record<keyof Timings, () => Promise<unknown>>} work
 * @param {{ warmUps: number, rounds: number, now: () => number }} options
 * @returns {Promise<Timings>} the medians of the rounds
 */
export async function race(work, { warmUps, rounds, now }) {
  /** @type {Record<keyof Timings, number[]>} */
  const times = { cpu: [], webgpu: [] };
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const device of /** @type {const} */ (["cpu", "webgpu"])) {
      // A drawing may be waiting for its answer.
      await new Promise((resolve) => setTimeout(resolve));
      const start = now();
      await work[device]();
      if (round >= 0) times[device].push(now() - start);
    }
  }
  return { cpu: median(times.cpu), webgpu: median(times.webgpu) };
}

/** @param {number[]} numbers at least one */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const last = sorted.length - 1;
  return (sorted[Math.floor(last / 2)] + sorted[Math.ceil(last / 2)]) / 2;
}

/**
 * @param {Timings} timings
 * @returns {keyof Timings} the CPU where a coarse clock can't tell: it needs no download
 */
export function fastest({ cpu, webgpu }) {
  return webgpu < cpu ? "webgpu" : "cpu";
}

/**
 * @param {Job} job
 * @param {string} adapter its description
 * @param {object} model what else the times depend on
 * @returns {string} the same where the times are
 */
export function keyOf(job, adapter, model) {
  return JSON.stringify([job, adapter, model]);
}

/**
 * @param {Timings} timings of reading a digit
 * @returns {Words} the faster comes first
 */
export function sayReading(timings) {
  return { key: `device.reads.${fastest(timings)}`, values: timesOf(timings) };
}

/**
 * @param {Timings} timings of a training step
 * @param {number} images in it
 * @returns {Words} the faster comes first
 */
export function sayStep(timings, images) {
  return { key: `device.steps.${fastest(timings)}`, values: { ...timesOf(timings), count: images } };
}

/** @param {Timings} timings */
function timesOf({ cpu, webgpu }) {
  return { cpu: milliseconds(cpu), webgpu: milliseconds(webgpu) };
}

/**
 * @param {number} time
 * @returns {Words}
 */
function milliseconds(time) {
  if (time < 0.1) return { key: "device.no-time" };
  // One digit after the point, a zero too.
  return { key: "device.time", values: { time: time < 9.95 ? time.toFixed(1) : Math.round(time) } };
}
