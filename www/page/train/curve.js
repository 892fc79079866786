/** A line of any number of values, kept small enough to be drawn at 60 frames a second. */

/** Twice as many as a chart is wide on most screens. */
const MOST_BUCKETS = 2048;

/** Of the moving average: about the last twenty values. */
const SMOOTHING = 0.1;

/**
 * The values of consecutive steps, as the least and the most of each bucket of steps, and their
 * moving average. Once there are too many buckets, each two become one.
 */
export class Curve {
  /** The number of steps in a full bucket. */
  #stride = 1;
  /** In the last bucket. */
  #held = 0;
  #average = 0;
  #weight = 0;
  /** @type {number[]} the step that each bucket ends with, the first step being 1 */
  steps = [];
  /** @type {number[]} */
  least = [];
  /** @type {number[]} */
  most = [];
  /** @type {number[]} */
  smooth = [];
  length = 0;

  /** @returns {number | undefined} the moving average now */
  get last() {
    return this.smooth.at(-1);
  }

  /** @param {ArrayLike<number>} values of the next steps */
  push(values) {
    for (let i = 0; i < values.length; i++) this.#add(values[i]);
  }

  /** @param {number} value */
  #add(value) {
    this.length += 1;
    // Divided by its weight, or it would start near 0.
    this.#average += SMOOTHING * (value - this.#average);
    this.#weight += SMOOTHING * (1 - this.#weight);
    if (this.#held === this.#stride || this.steps.length === 0) this.#open(value);
    const at = this.steps.length - 1;
    this.#held += 1;
    this.steps[at] = this.length;
    this.least[at] = Math.min(this.least[at], value);
    this.most[at] = Math.max(this.most[at], value);
    this.smooth[at] = this.#average / this.#weight;
  }

  /** @param {number} value */
  #open(value) {
    if (this.steps.length === MOST_BUCKETS) this.#halve();
    this.#held = 0;
    this.steps.push(this.length);
    this.least.push(value);
    this.most.push(value);
    this.smooth.push(value);
  }

  #halve() {
    this.#stride *= 2;
    for (let i = 0; i < MOST_BUCKETS / 2; i++) {
      this.steps[i] = this.steps[2 * i + 1];
      this.least[i] = Math.min(this.least[2 * i], this.least[2 * i + 1]);
      this.most[i] = Math.max(this.most[2 * i], this.most[2 * i + 1]);
      this.smooth[i] = this.smooth[2 * i + 1];
    }
    for (const values of [this.steps, this.least, this.most, this.smooth]) values.length = MOST_BUCKETS / 2;
  }
}

/** Numbers that are appended to, without a copy of all of them each time. */
export class Numbers {
  #values = new Float32Array(1024);
  length = 0;

  get values() {
    return this.#values.subarray(0, this.length);
  }

  /** @param {ArrayLike<number>} more */
  push(more) {
    const length = this.length + more.length;
    if (length > this.#values.length) {
      const larger = new Float32Array(Math.max(length, 2 * this.#values.length));
      larger.set(this.values);
      this.#values = larger;
    }
    this.#values.set(more, this.length);
    this.length = length;
  }
}
