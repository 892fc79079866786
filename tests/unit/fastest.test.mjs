import assert from "node:assert/strict";
import { test } from "node:test";
import { fastest, keyOf, median, race, sayReading, sayStep } from "../../www/workers/fastest.js";
import { plain } from "./fakes.mjs";

test("the median is the middle one, or between the two in the middle", () => {
  for (const [numbers, expected] of [[[3], 3], [[9, 1, 5], 5], [[4, 1, 2, 100], 3], [[2, 1], 1.5]]) {
    assert.equal(median(numbers), expected);
  }
});

test("WebGPU is the fastest only where it is faster", () => {
  assert.equal(fastest({ cpu: 2, webgpu: 1 }), "webgpu");
  assert.equal(fastest({ cpu: 1, webgpu: 2 }), "cpu");
  assert.equal(fastest({ cpu: 0, webgpu: 0 }), "cpu");
});

test("a race takes turns, leaves warm-ups out, and one slow call does not count", async () => {
  const clock = { now: 0 };
  const turns = [];
  const times = { cpu: [90, 5, 6, 80], webgpu: [900, 3, 70, 2] };
  const run = (device) => async () => {
    clock.now += times[device][turns.filter((each) => each === device).length];
    turns.push(device);
  };
  const timings = await race({ cpu: run("cpu"), webgpu: run("webgpu") }, { warmUps: 1, rounds: 3, now: () => clock.now });
  assert.deepEqual(timings, { cpu: 6, webgpu: 3 });
  assert.deepEqual(turns, ["cpu", "webgpu", "cpu", "webgpu", "cpu", "webgpu", "cpu", "webgpu"]);
});

test("other events get in between the calls of a race", async () => {
  let others = 0;
  setTimeout(() => (others += 1));
  let seen;
  const idle = async () => {};
  await race({ cpu: async () => (seen ??= others), webgpu: idle }, { warmUps: 0, rounds: 1, now: () => 0 });
  assert.equal(seen, 1);
});

test("the job, the adapter and the model each have times of their own", () => {
  const keys = [["draw", "A", {}], ["train", "A", {}], ["draw", "B", {}], ["draw", "A", { width: 8 }]];
  assert.equal(new Set(keys.map((parts) => keyOf(...parts))).size, keys.length);
});

for (const [timings, sentence] of [
  [{ cpu: 0.7, webgpu: 3.1 }, "The CPU reads a digit in 0.7 ms, WebGPU in 3.1 ms."],
  [{ cpu: 12.4, webgpu: 3.14 }, "WebGPU reads a digit in 3.1 ms, the CPU in 12 ms."],
  [{ cpu: 0.02, webgpu: 9.97 }, "The CPU reads a digit in less than 0.1 ms, WebGPU in 10 ms."],
]) {
  test(sentence, () => assert.equal(plain(sayReading(timings)), sentence));
}

for (const [timings, images, sentence] of [
  [{ cpu: 127, webgpu: 35 }, 64, "WebGPU takes 35 ms for a step of 64 images, the CPU 127 ms."],
  [{ cpu: 4, webgpu: 1234.5 }, 1, "The CPU takes 4.0 ms for a step of 1 image, WebGPU 1,235 ms."],
]) {
  test(sentence, () => assert.equal(plain(sayStep(timings, images)), sentence));
}
