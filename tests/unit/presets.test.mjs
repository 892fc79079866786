import assert from "node:assert/strict";
import { test } from "node:test";
import { multiplyAdds, PRESETS } from "../bench/presets.mjs";

test("multiply-adds of a forward pass are half of what PyTorch's FlopCounterMode counts", () => {
  for (const [preset, flops] of [
    ["reference", 10_905_408],
    ["default", 15_768_832],
  ]) {
    const { model } = PRESETS[preset];
    assert.equal(multiplyAdds(model, { mode: "infer", batch: 1 }, "jax-js"), flops / 2);
    assert.equal(multiplyAdds(model, { mode: "train", batch: 64 }, "jax-js"), 3 * 64 * (flops / 2));
  }
});

test("vitpad leaves out what the last block's 49 patches would take", () => {
  const { model } = PRESETS.default;
  const task = /** @type {const} */ ({ mode: "infer", batch: 1 });
  const patches = 49 * (64 * 64 + 2 * 64 * 128) + 2 * 49 * 50 * 64;
  assert.equal(multiplyAdds(model, task, "jax-js") - multiplyAdds(model, task, "vitpad"), patches);
});
