import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { hurry } from "../../www/workers/firefox.js";

/** A GPU that is done after so many submissions, and then keeps or breaks its word. */
function setUp({ after, outcome = () => Promise.resolve("done") }) {
  const gpu = { submissions: 0 };
  const ready = async () => {
    while (gpu.submissions < after) await wait(1);
    return outcome();
  };
  class GPUQueue {
    submit(commands) {
      assert.deepEqual(commands, []);
      gpu.submissions += 1;
    }
    onSubmittedWorkDone() {
      return ready();
    }
  }
  class GPUBuffer {
    constructor(options) {
      this.options = options;
    }
    mapAsync(...range) {
      return ready().then((word) => [word, ...range]);
    }
  }
  class GPUDevice {
    queue = new GPUQueue();
    createBuffer(options) {
      return new GPUBuffer(options);
    }
  }
  hurry({ GPUDevice, GPUBuffer, GPUQueue });
  return Object.assign(gpu, { device: new GPUDevice() });
}

test("as long as a buffer is read back, empty submissions wake the GPU, and then no more", async () => {
  const gpu = setUp({ after: 3 });
  const buffer = gpu.device.createBuffer({ size: 4 });
  assert.deepEqual(buffer.options, { size: 4 });
  assert.deepEqual(await buffer.mapAsync(1, 0, 4), ["done", 1, 0, 4]);
  const { submissions } = gpu;
  await wait(20);
  assert.ok(gpu.submissions >= 3);
  assert.equal(gpu.submissions, submissions);
});

test("work that is waited for is woken too, and a failure ends that", async () => {
  const gpu = setUp({ after: 2, outcome: () => Promise.reject(new Error("lost")) });
  await assert.rejects(gpu.device.queue.onSubmittedWorkDone(), /lost/);
  const { submissions } = gpu;
  await wait(20);
  assert.ok(submissions >= 2);
  assert.equal(gpu.submissions, submissions);
});
