import { expect, test } from "./fixtures.js";

test("blocked weights are reported, and a retry reads what was drawn meanwhile", async ({ vitpad, page, provoked }) => {
  provoked.push(/default\.safetensors/);
  await page.route("**/default.safetensors", (route) => route.abort());
  await vitpad.open();
  await expect(page.getByTestId("error")).toContainText("Could not load default.safetensors");
  await vitpad.draw(2);
  await vitpad.expectNoAnswer();
  await page.unroute("**/default.safetensors");
  await vitpad.retry.click();
  await vitpad.expectAnswer(2);
  await expect(page.getByTestId("error")).toBeHidden();
});

for (const file of ["cpu_relaxed.js", "cpu_relaxed_bg.wasm", "worker.js", "engine.js"]) {
  test(`a missing ${file} is reported, and a retry succeeds`, async ({ vitpad, page, provoked }) => {
    provoked.push(/404/);
    await page.route(`**/${file}`, (route) => route.fulfill({ status: 404, body: "gone" }));
    await vitpad.open();
    await expect(page.getByTestId("error-text")).toHaveText(/\w+.*\.$/);
    await page.unroute(`**/${file}`);
    await vitpad.retry.click();
    await vitpad.expectReady();
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
  });
}

test("weights that are no model are reported, and another model can be chosen", async ({ vitpad, page }) => {
  await page.route("**/default.safetensors", (route) => route.fulfill({ body: "not a model" }));
  await vitpad.open("?device=cpu");
  await expect(page.getByTestId("error")).toBeVisible();
  await page.getByTestId("model-select").selectOption("reference");
  await vitpad.expectReady();
  await expect(page.getByTestId("error")).toBeHidden();
});

test("a crashed worker is reported, the drawing is kept, and a retry reads it", async ({ vitpad, page, provoked }) => {
  provoked.push(/out of paper/);
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(5);
  await vitpad.expectAnswer(5);
  await page.workers()[0].evaluate(() => {
    setTimeout(() => {
      throw new Error("out of paper");
    });
  });
  await expect(page.getByTestId("error")).toContainText("out of paper");
  await vitpad.drawStroke([[0.5, 0.95], [0.52, 0.95]]);
  await page.keyboard.press("z");
  await vitpad.retry.click();
  await vitpad.expectReady();
  await vitpad.expectAnswer(5);
});

test("a module that can't go on says why, to all that wait for it and all that come later", async ({ vitpad, page, provoked }) => {
  provoked.push(/memory ran out/);
  await vitpad.openReady("?device=cpu");
  const said = await page.evaluate(async () => {
    const file = "/cpu.js";
    const api = await import(file);
    const { __wbindgen_malloc: allocate } = await api.default();
    const weights = new Uint8Array(await (await fetch("/weights/default.safetensors")).arrayBuffer());
    const classifier = await api.Classifier.load({ device: "cpu", weights });
    const image = new Float32Array(784);
    const describe = (/** @type {any} */ error) => `${error.name} ${error.code} ${error.isDeviceFault}: ${error.message}`;
    const waiting = classifier.classify(image).catch(describe);
    const thrown = [];
    for (let i = 0; i < 4 && thrown.length === 0; i += 1) {
      try {
        allocate(1_900_000_000, 1);
      } catch (error) {
        thrown.push(describe(error));
      }
    }
    return [...thrown, await waiting, await classifier.classify(image).catch(describe)];
  });
  const words = /^VitpadError crashed false: the computation crashed: memory ran out: 1900 MB more were needed, \d+ MB are in use$/;
  expect(said).toEqual([words, words, words].map((each) => expect.stringMatching(each)));
});

test("where WebAssembly is turned off both pages say so", async ({ vitpad, page }) => {
  await page.context().route(/worker\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `delete globalThis.WebAssembly;\n${await response.text()}` });
  });
  await vitpad.open("?device=cpu");
  await expect(page.getByTestId("error")).toContainText("WebAssembly is turned off in this browser, as in Lockdown Mode");
  await page.getByTestId("tab-train").click();
  await expect(page.getByTestId("train-error")).toContainText("WebAssembly is turned off");
});

test("a policy that forbids WebAssembly is named", async ({ vitpad, page, provoked }) => {
  provoked.push(/Content Security Policy/i);
  await page.context().route("**/workers/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": "default-src 'self'" } });
  });
  await vitpad.open("?device=cpu");
  await expect(page.getByTestId("error")).toContainText("needs 'wasm-unsafe-eval'");
});

test("loading shows its progress", async ({ vitpad, page }) => {
  /** @type {import("@playwright/test").Route[]} */
  const held = [];
  await page.route("**/default.safetensors", (route) => held.push(route));
  await vitpad.open();
  await expect(page.getByTestId("status")).toHaveText("Loading the model …");
  await expect(page.getByTestId("progress")).toHaveAttribute("value", /^[\d.]+$/);
  for (const route of held) await route.continue();
  await vitpad.expectReady();
  await expect(page.getByTestId("progress")).toBeHidden();
});

test("a page whose scripts are not all there says so, and a working one does not", async ({ vitpad, page, provoked }) => {
  provoked.push(/404/);
  await page.route("**/page/tabs.js", (route) => route.fulfill({ status: 404, body: "gone" }));
  await vitpad.open();
  await expect(page.getByTestId("startup")).toBeVisible();
  await expect(page.getByTestId("startup")).toContainText("Reload the page");
  await page.unroute("**/page/tabs.js");
  await vitpad.openReady("?device=cpu");
  await expect(page.getByTestId("startup")).toHaveCount(0);
});

test("a training page without its wasm says what to do, and Reset does it", async ({ vitpad, page, provoked }) => {
  provoked.push(/404/);
  await page.context().route("**/*_bg.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await vitpad.open("?tab=train");
  await expect(page.getByTestId("train-error")).toContainText("the server answered 404");
  await expect(page.getByTestId("start-reason")).toHaveText("The setup could not be loaded: press Reset to try again.");
  await page.context().unroute("**/*_bg.wasm");
  await page.getByTestId("reset").click();
  await expect(page.getByTestId("start")).toBeEnabled();
  await expect(page.getByTestId("train-error")).toBeHidden();
});

test("a training worker that is gone is started once, and Reset tries again", async ({ vitpad, page, provoked }) => {
  provoked.push(/404/);
  let asked = 0;
  await page.context().route("**/workers/train/worker.js", (route) => {
    asked += 1;
    return route.fulfill({ status: 404, body: "gone" });
  });
  await vitpad.open("?tab=train");
  await expect(page.getByTestId("train-error")).toContainText("Press Reset to try again");
  await page.waitForTimeout(1_000);
  expect(asked).toBe(1);
  await page.context().unroute("**/workers/train/worker.js");
  await page.getByTestId("reset").click();
  await expect(page.getByTestId("start")).toBeEnabled();
});
