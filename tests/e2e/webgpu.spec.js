import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** The emulated GPU compiles its first shaders in about a minute. */
const TAKEOVER = { timeout: 200_000 };

test("a software adapter is left alone, and the page says why", async ({ vitpad, page }) => {
  /** @type {string[]} */
  const files = [];
  page.on("request", (request) => files.push(request.url()));
  await vitpad.openReady();
  await expect(vitpad.reason).toContainText("software");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.draw(4);
  await vitpad.expectAnswer(4);
  expect(files.filter((file) => file.includes("webgpu"))).toEqual([]);
});

test("WebGPU takes over from the CPU, and reads what is on the pad", async ({ vitpad, page }) => {
  await vitpad.open("?device=webgpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await expect(vitpad.device).toHaveText(/^WebGPU/, TAKEOVER);
  await expect(vitpad.reason).toHaveText("");
  await vitpad.clear();
  await vitpad.expectNoAnswer();
  await vitpad.draw(7);
  await expect(vitpad.answer).toHaveText("7", TAKEOVER);
  await page.getByTestId("device-select").selectOption("cpu");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.expectAnswer(7);
});

test("where the WebGPU build cannot be loaded, the CPU carries on and the page says why", async ({ vitpad, page, provoked }) => {
  provoked.push(/404/);
  await page.route("**/webgpu_bg.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await vitpad.open("?device=webgpu");
  await expect(vitpad.reason).toContainText("could not load webgpu_bg.wasm");
  await vitpad.draw(6);
  await vitpad.expectAnswer(6);
  await expect(vitpad.device).toHaveText(/^CPU/);
});

test("a crash of the WebGPU build hands the drawing back to the CPU", async ({ vitpad, page, provoked }) => {
  provoked.push(/lost in space/);
  await page.route("**/webgpu.js", (route) => route.fulfill({ contentType: "text/javascript", body: CRASHING_BUILD }));
  await vitpad.open("?device=webgpu");
  await expect(vitpad.reason).toContainText("lost in space");
  await vitpad.draw(2);
  await vitpad.expectAnswer(2);
  await expect(vitpad.device).toHaveText(/^CPU/);
});

test("a run trains on WebGPU, and ends with a test", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  const query = SMALL.replace("images=640", "images=16").replace("batch=32", "batch=8");
  await train.openReady(query.replace("train-device=cpu", "train-device=webgpu"));
  await train.start.click();
  await expect(page.getByTestId("train-device")).toHaveText(/^WebGPU/, TAKEOVER);
  await expect(train.status).toHaveText("Finished", TAKEOVER);
  await expect(train.step).toHaveText("4 / 4");
  await expect(page.getByTestId("test-accuracy")).toHaveText(/%$/);
});

/** Like a panic in wasm: an uncaught error, and a promise that never settles. */
const CRASHING_BUILD = `
  export default async function init() {
    return { memory: new WebAssembly.Memory({ initial: 1 }) };
  }
  export class Classifier {
    static load() {
      setTimeout(() => { throw new Error("lost in space"); });
      return new Promise(() => {});
    }
  }
`;
