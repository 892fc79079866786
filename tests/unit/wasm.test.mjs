import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, fileOf } from "../../www/workers/wasm.js";

test("the CPU has a file for engines with relaxed SIMD and one for the others", () => {
  assert.equal(fileOf("cpu", () => true), "cpu_relaxed");
  assert.equal(fileOf("cpu", () => false), "cpu");
});

test("the other builds have one file each", () => {
  for (const build of ["ndarray", "webgpu"]) assert.equal(fileOf(build, () => true), build);
});

test("engines are asked for one instruction, and nothing else that they could refuse", () => {
  let asked = Uint8Array.of();
  fileOf("cpu", (bytes) => (asked = bytes).length > 0);
  const other = asked.slice();
  // v128.bitselect takes three vectors as well, and is as old as vectors are.
  other.set([0xfd, 0xd2, 0x00], other.length - 4);
  assert.deepEqual([...asked.slice(-4)], [0xfd, 0x85, 0x02, 0x0b]);
  assert.ok(WebAssembly.validate(other));
});

test("a file that is still being compiled is replaced by one that is there", () => {
  const states = { cpu: 3_000_000, cpu_relaxed: "compiling" };
  assert.deepEqual(choose("cpu", "cpu_relaxed", states), { name: "cpu", bytes: 3_000_000 });
  assert.deepEqual(choose("cpu", "cpu_relaxed", { ...states, cpu_relaxed: 5 }), { name: "cpu_relaxed", bytes: 5 });
});

test("a build that is not there says why", () => {
  for (const [state, kind] of [["compiling", "compiling"], ["failed", "failed"], ["left out", "left-out"]]) {
    const expected = { code: "not-built", values: { kind, build: "WebGPU" } };
    assert.throws(() => choose("webgpu", "webgpu", { webgpu: state }), expected);
  }
});

test("a file that nobody lists is taken to be there", () => {
  assert.deepEqual(choose("webgpu", "webgpu", {}), { name: "webgpu", bytes: 0 });
});
