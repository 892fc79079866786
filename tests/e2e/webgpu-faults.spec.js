/** Real faults of a graphics device: none is faked. */
import { hookDevice } from "./chaos/device.js";
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** The emulated GPU compiles its first shaders in about a minute. */
const TAKEOVER = { timeout: 200_000 };

test.beforeEach(({ context }) => hookDevice(context));

test("a device that is lost while digits are read leaves the CPU, and the next choice opens it anew", async ({ vitpad, page }) => {
  await vitpad.open("?device=webgpu");
  await expect(vitpad.device).toHaveText(/^WebGPU/, TAKEOVER);
  await call(page, "worker.js", "loseDevice");
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await expect(vitpad.device).toHaveText(/^CPU/);
  await expect(vitpad.reason).toHaveText(/^WebGPU failed: The device stopped answering: Destroyed: Device was destroyed;/);
  const select = page.getByTestId("device-select");
  await select.selectOption("cpu");
  await select.selectOption("webgpu");
  await expect(vitpad.device).toHaveText(/^WebGPU/, TAKEOVER);
  await vitpad.expectAnswer(7);
});

for (const [fault, words] of /** @type {const} */ ([
  ["loseDevice", /^WebGPU failed: The device stopped answering: .+; load the model again/],
  ["misuseDevice", /^WebGPU failed: The computation crashed: wgpu error: [^]*\(cubecl-wgpu-[\d.]+\/src\//],
])) {
  test(`a run goes on on the CPU after ${fault}, and the next one takes the device again`, async ({ vitpad, page, provoked }) => {
    provoked.push(/wgpu error/, /WGPUBufferUsage|BufferUsage/);
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    const query = SMALL.replace("images=640", "images=16").replace("batch=32", "batch=8").replace("epochs=2", "epochs=400");
    await train.openReady(query.replace("train-device=cpu", "train-device=webgpu"));
    await train.start.click();
    const device = page.getByTestId("train-device");
    await expect(device).toHaveText(/^WebGPU/, TAKEOVER);
    await expect(train.step).toHaveText(/^[3-9] /, TAKEOVER);
    await call(page, "train/worker.js", fault);
    await expect(device).toHaveText(/^CPU/, TAKEOVER);
    await expect(page.getByTestId("train-reason")).toHaveText(words);
    await expect(train.step).toHaveText(/^\d{2,} /, TAKEOVER);
    await page.getByTestId("stop").click();
    await expect(train.status).toHaveText("Stopped", TAKEOVER);
    await train.start.click();
    await expect(device).toHaveText(/^WebGPU/, TAKEOVER);
    await expect(train.step).toHaveText(/^[1-9]/, TAKEOVER);
    await page.getByTestId("stop").click();
    await expect(train.status).toHaveText("Stopped", TAKEOVER);
  });
}

test("two loads at once and a load after a loss work, and nobody else's device is touched", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  const found = await page.evaluate(async () => {
    const file = "/webgpu.js";
    const api = await import(file);
    await api.default();
    const weights = new Uint8Array(await (await fetch("/weights/default.safetensors")).arrayBuffer());
    const load = async () => (await api.Classifier.load({ device: "webgpu", weights })).deviceInfo.kind;
    const loading = Promise.all([load(), load()]);
    const other = await (await navigator.gpu.requestAdapter())?.requestDevice();
    const both = await loading;
    /** @type {any} */ (globalThis).loseDevice();
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { both, after: await load(), isWhole: other?.features instanceof GPUSupportedFeatures };
  });
  expect(found).toEqual({ both: ["webgpu", "webgpu"], after: "webgpu", isWhole: true });
});

/**
 * @param {import("@playwright/test").Page} page
 * @param {string} worker the end of its address
 * @param {"loseDevice" | "misuseDevice"} what
 */
async function call(page, worker, what) {
  const found = page.workers().find((each) => each.url().split("?")[0].endsWith(worker));
  if (!found) throw new Error(`no worker ${worker}`);
  await found.evaluate((name) => /** @type {any} */ (globalThis)[name](), what);
}
