import { Curve, Numbers } from "./curve.js";

/**
 * @typedef {import("../../shared/train/protocol.js").StepsEvent} StepsEvent
 * @typedef {import("../../cpu.js").History} History
 * @typedef {import("../../cpu.js").EvaluationRecord} EvaluationRecord
 * @typedef {Pick<EvaluationRecord, "set" | "step" | "loss" | "accuracy">} Evaluated
 */

/** The record of a run: every step, and every evaluation. */
export class RunRecord {
  #losses = new Numbers();
  #accuracies = new Numbers();
  #rates = new Numbers();
  /** @type {Evaluated[]} by step */
  evaluations = [];
  loss = new Curve();
  accuracy = new Curve();
  rate = new Curve();
  stepsPerEpoch = 0;

  /** The number of steps that are known. */
  get length() {
    return this.#losses.length;
  }

  /**
   * @param {History} history
   * @param {number} stepsPerEpoch
   */
  static from({ losses, accuracies, learningRates, evaluations }, stepsPerEpoch) {
    const record = new RunRecord();
    record.stepsPerEpoch = stepsPerEpoch;
    record.#push(losses, accuracies, learningRates);
    for (const evaluation of evaluations) record.addEvaluation(evaluation);
    return record;
  }

  /** @param {StepsEvent} event */
  addSteps({ position, losses, accuracies, learningRates }) {
    this.stepsPerEpoch = position.stepsPerEpoch;
    const before = position.step - losses.length;
    if (before < this.length) this.#rewind(before);
    this.#push(losses, accuracies, learningRates);
  }

  /** @param {Evaluated} evaluation takes the place of an older one of the same step */
  addEvaluation(evaluation) {
    const { set, step } = evaluation;
    const all = this.evaluations;
    // From the end, where nearly all belong.
    let at = all.length;
    while (at > 0 && all[at - 1].step > step) at -= 1;
    // A step has at most one of each set.
    const older = [at - 2, at - 1].find((i) => all[i]?.step === step && all[i].set === set);
    if (older === undefined) all.splice(at, 0, evaluation);
    else all[older] = evaluation;
  }

  /**
   * @param {"validation" | "test"} set
   * @returns {Evaluated[]}
   */
  of(set) {
    return this.evaluations.filter((each) => each.set === set);
  }

  /** The end of each epoch that has one, and the last step. */
  get rows() {
    const ends = [];
    for (let step = this.stepsPerEpoch; step > 0 && step <= this.length; step += this.stepsPerEpoch) ends.push(step);
    if (this.length > (ends.at(-1) ?? 0)) ends.push(this.length);
    const validations = new Map(this.of("validation").map((each) => [each.step, each]));
    let from = 0;
    return ends.map((step) => {
      const evaluation = validations.get(step);
      const row = {
        epoch: step / this.stepsPerEpoch,
        step,
        loss: mean(this.#losses.values.subarray(from, step)),
        accuracy: mean(this.#accuracies.values.subarray(from, step)),
        validationLoss: evaluation?.loss,
        validationAccuracy: evaluation?.accuracy,
        rate: this.#rates.values[step - 1],
      };
      from = step;
      return row;
    });
  }

  /** @returns {string} a line for each step */
  toCsv() {
    const evaluations = new Map(this.evaluations.map((each) => [`${each.set} ${each.step}`, each]));
    const lines = ["step,loss,accuracy,learning_rate,validation_loss,validation_accuracy,test_loss,test_accuracy"];
    for (let i = 0; i < this.length; i++) {
      const columns = [i + 1, this.#losses.values[i], this.#accuracies.values[i], this.#rates.values[i]];
      for (const set of ["validation", "test"]) {
        const evaluation = evaluations.get(`${set} ${i + 1}`);
        columns.push(evaluation?.loss ?? NaN, evaluation?.accuracy ?? NaN);
      }
      lines.push(columns.map((value) => (Number.isNaN(value) ? "" : String(value))).join(","));
    }
    return `${lines.join("\n")}\n`;
  }

  /**
   * The run went back to a checkpoint.
   * @param {number} length
   */
  #rewind(length) {
    const [losses, accuracies, rates] = [this.#losses, this.#accuracies, this.#rates].map(({ values }) => values.slice(0, length));
    this.#losses = new Numbers();
    this.#accuracies = new Numbers();
    this.#rates = new Numbers();
    this.loss = new Curve();
    this.accuracy = new Curve();
    this.rate = new Curve();
    this.evaluations = this.evaluations.filter(({ step }) => step <= length);
    this.#push(losses, accuracies, rates);
  }

  /**
   * @param {Float32Array} losses
   * @param {Float32Array} accuracies
   * @param {Float32Array} rates
   */
  #push(losses, accuracies, rates) {
    this.#losses.push(losses);
    this.#accuracies.push(accuracies);
    this.#rates.push(rates);
    this.loss.push(losses);
    this.accuracy.push(accuracies);
    this.rate.push(rates);
  }
}

/** @param {Float32Array} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
