import assert from "node:assert/strict";
import { test } from "node:test";
import { learningRate } from "../../www/page/train/format.js";

test("learning rates have three digits, and no more zeros than an axis has room for", () => {
  const texts = [[0, "0"], [0.001, "0.001"], [1e-4, "0.0001"], [2.5e-5, "2.5e-5"], [1.23456e-6, "1.23e-6"], [null, "–"]];
  for (const [rate, text] of texts) assert.equal(learningRate(rate), text);
});
