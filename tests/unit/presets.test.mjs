import assert from "node:assert/strict";
import { test } from "node:test";
import { multiplyAdds, PRESETS } from "../bench/presets.mjs";

test("multiply-adds of a forward pass are half of what PyTorch's FlopCounterMode counts", () => {
  for (const [preset, flops] of [
    ["reference", 10_905_408],
    ["default", 15_768_832],
  ]) {
    const { model } = PRESETS[preset];
    assert.equal(multiplyAdds(model, { mode: "infer", batch: 1 }), flops / 2);
    assert.equal(multiplyAdds(model, { mode: "train", batch: 64 }), 3 * 64 * (flops / 2));
  }
});
