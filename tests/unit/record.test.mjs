import assert from "node:assert/strict";
import { test } from "node:test";
import { RunRecord } from "../../www/page/train/record.js";

const evaluated = (set, step, accuracy = step / 100) => ({ set, step, loss: 1, accuracy });
const none = new Float32Array(0);

/** The sets and steps of a record to which these are added, in its order. */
function added(...evaluations) {
  const record = new RunRecord();
  for (const evaluation of evaluations) record.addEvaluation(evaluation);
  return record.evaluations.map(({ set, step, accuracy }) => `${set} ${step} ${accuracy}`);
}

test("evaluations are in the order of their steps, however they come", () => {
  const all = added(evaluated("validation", 8), evaluated("validation", 4), evaluated("test", 12), evaluated("validation", 12), evaluated("validation", 6));
  assert.deepEqual(all, ["validation 4 0.04", "validation 6 0.06", "validation 8 0.08", "test 12 0.12", "validation 12 0.12"]);
});

test("an evaluation takes the place of an older one of its set and step, and of no other", () => {
  const both = [evaluated("validation", 4), evaluated("test", 4), evaluated("validation", 8)];
  assert.deepEqual(added(...both, evaluated("validation", 4, 1)), ["validation 4 1", "test 4 0.04", "validation 8 0.08"]);
  assert.deepEqual(added(...both, evaluated("test", 4, 1)), ["validation 4 0.04", "test 4 1", "validation 8 0.08"]);
  assert.deepEqual(added(...both, evaluated("validation", 8, 1)), ["validation 4 0.04", "test 4 0.04", "validation 8 1"]);
});

test("a run of very many epochs is read with one look at each evaluation or two", () => {
  let looks = 0;
  const evaluations = Array.from({ length: 10_000 }, (_, i) => ({
    set: "validation",
    loss: 1,
    accuracy: 0.5,
    get step() {
      looks += 1;
      return i + 1;
    },
  }));
  const record = RunRecord.from({ losses: none, accuracies: none, learningRates: none, evaluations }, 1);
  assert.equal(record.of("validation").length, 10_000);
  assert.ok(looks < 5 * 10_000, `${looks} looks`);
});
