import { SUB_PATH } from "./browser.js";
import { expect, test } from "./fixtures.js";

test("without an adapter the CPU answers, and the page says why", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await expect(vitpad.device).toHaveText(/^CPU/);
  await expect(vitpad.reason).toHaveText(/WebGPU|GPU|adapter/);
  await expect(page.getByTestId("takeover")).toBeHidden();
});

test("WebGPU asked for without an adapter falls back to the CPU", async ({ vitpad }) => {
  await vitpad.openReady("?device=webgpu");
  await expect(vitpad.reason).toHaveText(/WebGPU|GPU|adapter/);
  await vitpad.draw(2);
  await vitpad.expectAnswer(2);
  await expect(vitpad.device).toHaveText(/^CPU/);
});

test("the CPU asked for needs no reason", async ({ vitpad }) => {
  await vitpad.openReady("?device=cpu");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await expect(vitpad.reason).toHaveText("");
});

test("an engine with relaxed SIMD gets the file for it, which reads as the other one does", async ({ vitpad, page }) => {
  const taken = page.waitForRequest("**/cpu_relaxed_bg.wasm");
  await vitpad.openReady("?device=cpu");
  await taken;
  const [relaxed, other] = await page.evaluate(async () => {
    const response = await fetch("./weights/default.safetensors");
    const weights = new Uint8Array(await response.arrayBuffer());
    const points = new Float32Array([60, 40, 180, 40, 100, 220]);
    const read = async (/** @type {string} */ file) => {
      const { default: init, Classifier } = await import(`${location.origin}/${file}.js`);
      await init();
      const classifier = await Classifier.load({ device: "cpu", weights });
      return [...(await classifier.classify([{ points, width: 20 }])).probabilities];
    };
    return Promise.all(["cpu_relaxed", "cpu"].map(read));
  });
  expect(relaxed).toHaveLength(10);
  relaxed.forEach((probability, digit) => expect(probability).toBeCloseTo(other[digit], 5));
});

test("an engine without relaxed SIMD gets a file that does without", async ({ vitpad, page }) => {
  await page.route("**/simd.js", async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("WebAssembly.validate(bytes)", "false");
    await route.fulfill({ response, body });
  });
  const taken = page.waitForRequest("**/cpu_bg.wasm");
  await vitpad.openReady("?device=cpu");
  await taken;
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
});

test("the ndarray backend reads digits as well", { tag: "@ndarray" }, async ({ vitpad }) => {
  await vitpad.openReady("?device=ndarray");
  await expect(vitpad.device).toHaveText(/^ndarray/);
  await vitpad.draw(5);
  await vitpad.expectAnswer(5);
});

test("the device can be changed, and the drawing is read again", { tag: "@ndarray" }, async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("device-select").selectOption("ndarray");
  await expect(vitpad.device).toHaveText(/^ndarray/);
  await vitpad.expectAnswer(3);
  await expect(page).toHaveURL(/\?device=ndarray$/);
  await page.getByTestId("device-select").selectOption("cpu");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.drawStroke([[0.1, 0.95], [0.12, 0.95]]);
  await page.keyboard.press("z");
  await vitpad.expectAnswer(3);
});

test("the model can be changed, and the address follows", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  await page.getByTestId("model-select").selectOption("reference");
  await vitpad.expectReady();
  await expect(page).toHaveURL(/\?device=cpu&model=reference$/);
  await vitpad.draw(0);
  await expect(vitpad.answer).toHaveText(/^\d$/);
  await page.reload();
  await vitpad.expectReady();
  await expect(page.getByTestId("model-select")).toHaveValue("reference");
});

test("what the address gets wrong is said, and the default taken", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=tpu&model=../secret&other=1");
  const notice = page.getByTestId("notice");
  await expect(notice).toContainText("device “tpu”");
  await expect(notice).toContainText("model “../secret”");
  await expect(page.getByTestId("device-select")).toHaveValue("auto");
  await expect(page.getByTestId("model-select")).toHaveValue("default");
  await expect(page).toHaveURL(/\?other=1$/);
  await vitpad.draw(1);
  await vitpad.expectAnswer(1);
});

test("the page works from a sub-path", async ({ vitpad, page }) => {
  /** @type {string[]} */
  const paths = [];
  page.on("request", (request) => paths.push(new URL(request.url()).pathname));
  await vitpad.openReady(`${SUB_PATH}/`);
  await vitpad.draw(9);
  await vitpad.expectAnswer(9);
  expect(paths.filter((path) => !path.startsWith(SUB_PATH) && !path.includes("svg"))).toEqual([]);
});
