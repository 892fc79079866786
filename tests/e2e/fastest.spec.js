import { serveBuilds } from "./builds.js";
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

const AUTO = SMALL.replace("&train-device=cpu", "");

test("a GPU that reads slower is left, which is not measured again until somebody asks", async ({ vitpad, page }) => {
  const downloads = await giveGpu(page, 30);
  await vitpad.openReady();
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await expect(vitpad.reason).toHaveText(/^The CPU reads a digit in .*\sms, WebGPU in \d+\sms\.$/);
  await expect(vitpad.device).toHaveText(/^CPU/);
  expect(downloads()).toBe(1);
  const before = await vitpad.reason.innerText();
  await page.reload();
  await expect(vitpad.reason).toHaveText(before);
  await vitpad.draw(4);
  await vitpad.expectAnswer(4);
  expect(downloads()).toBe(1);
  await page.getByTestId("device-select").selectOption("cpu");
  await expect(vitpad.reason).toHaveText("");
  await page.getByTestId("device-select").selectOption("auto");
  await expect(vitpad.reason).toHaveText(/^The CPU reads a digit in /);
  expect(downloads()).toBe(2);
});

test("a GPU that reads faster takes over, and the page says by how much", async ({ vitpad, page }) => {
  await giveGpu(page, 0);
  await vitpad.openReady();
  await expect(vitpad.reason).toHaveText(/^WebGPU reads a digit in .*\sms, the CPU in .*\sms\.$/);
  await expect(vitpad.device).toHaveText("WebGPU · Test GPU");
  await vitpad.draw(5);
  await expect(vitpad.answer).toHaveText("8");
});

test("a run is trained on the CPU where the GPU's steps are slower, and the page says so", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const downloads = await giveGpu(page, 200);
  const train = new TrainPage(page);
  const reason = page.getByTestId("train-reason");
  await train.openReady(AUTO);
  await train.finish();
  await expect(page.getByTestId("train-device")).toHaveText(/^CPU/);
  await expect(reason).toHaveText(/^The CPU takes .*\sms for a step of 32 images, WebGPU [\d,]+\sms\.$/);
  // The same once more, and the same from a checkpoint.
  await train.openReady(AUTO.replace("epochs=2", "epochs=2000"));
  await train.start.click();
  await train.expectSteps(3);
  await train.pauseRun();
  await page.reload();
  await train.offer.getByRole("button").first().click();
  await train.expectSteps(3);
  await expect(reason).toHaveText(/^The CPU takes .* for a step of 32 images/);
  expect(downloads()).toBe(1);
});

/**
 * Makes the page find an adapter and, as the build for it, one that computes on the CPU.
 *
 * @param {import("@playwright/test").Page} page
 * @param {number} delay of all it does in milliseconds; 0 reads an 8 in everything at once
 * @returns {Promise<() => number>} how often its wasm was loaded
 */
async function giveGpu(page, delay) {
  let downloads = 0;
  await serveBuilds(page, {});
  await page.route("**/cpu_relaxed.js", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("export function probeWebGpu()", "function probeNothing()");
    await route.fulfill({ response, body: body + PROBE });
  });
  await page.route("**/webgpu.js", (route) => route.fulfill({ contentType: "text/javascript", body: gpuBuild(delay) }));
  await page.route("**/webgpu_bg.wasm", (route) => {
    downloads += 1;
    return route.fulfill({ contentType: "application/wasm", body: "unused" });
  });
  return () => downloads;
}

const PROBE = `
  export async function probeWebGpu() {
    return { usable: true, software: false, description: "Test GPU", code: null, reason: null };
  }
`;

/** @param {number} delay */
const gpuBuild = (delay) => `
  import * as cpu from "./cpu_relaxed.js";
  export const { DataSet } = cpu;
  export default async function init() {
    return { memory: new WebAssembly.Memory({ initial: 1 }) };
  }
  const deviceInfo = { kind: "webgpu", name: "WebGPU", description: "Test GPU", fallback: null };
  const later = () => new Promise((resolve) => setTimeout(resolve, ${delay}));
  const eight = { digit: 8, probabilities: new Float32Array(10), milliseconds: 0, image: new Float32Array(784) };
  export const Classifier = {
    load: async () => ({
      deviceInfo,
      free: () => {},
      classify: async () => {
        if (${delay}) await later();
        return eight;
      },
    }),
  };
  export const Trainer = {
    create: async (options) => {
      const trainer = await cpu.Trainer.create({ ...options, device: "cpu" });
      const step = async (count) => {
        await later();
        return trainer.step(count);
      };
      return { deviceInfo, step, free: () => trainer.free() };
    },
  };
`;
