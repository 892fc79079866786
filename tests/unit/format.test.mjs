import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracy, bytes, duration, loss, percentTick, short, whole, wholePercent } from "../../www/page/train/format.js";

/** Spaces before units do not break. */
const CASES = [
  [short, [0, "0"], [0.001, "0.001"], [1e-4, "0.0001"], [9.9999e-5, "0.0001"], [2.5e-5, "2.5e-5"], [1.23456e-6, "1.23e-6"], [null, "–"]],
  [whole, [0, "0"], [12_800.4, "12,800"]],
  [accuracy, [0.98765, "98.77_%"], [1, "100.00_%"], [undefined, "–"]],
  [wholePercent, [0.456, "46_%"]],
  [percentTick, [0.5, "50_%"], [0.1 + 0.2, "30_%"], [0.9875, "98.75_%"]],
  [loss, [0.25, "0.2500"], [NaN, "–"]],
  [duration, [-1, "0_s"], [59.4, "59_s"], [61, "1_min 1_s"], [7_260, "2_h 1_min"], [Infinity, "–"]],
  [bytes, [12_345, "12_KB"], [1_234_567, "1.2_MB"], [123_456_789, "123_MB"]],
];

for (const [format, ...values] of CASES) {
  test(`${format.name} writes ${values.map(([value]) => value).join(", ")}`, () => {
    for (const [value, text] of values) assert.equal(format(value), text.replace("_", "\u00a0").replace("_", "\u00a0"));
  });
}
