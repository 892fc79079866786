/** A 404 of each kind of file: the page says something, and what it says to do helps once the file is there. */
import { expect, test } from "./fixtures.js";
import { idxPair, SMALL, TrainPage } from "./trainpage.js";

/** @typedef {import("@playwright/test").Page} Page */

test.use({ viewport: { width: 1200, height: 900 } });

test.beforeEach(({ provoked }) => void provoked.push(/404/));

/**
 * @param {Page} page
 * @param {string} file
 * @returns {Promise<() => Promise<void>>} puts it back
 */
async function takeAway(page, file) {
  const address = `**/${file}`;
  await page.context().route(address, (route) => route.fulfill({ status: 404, body: "gone" }));
  return () => page.context().unroute(address);
}

for (const [file, address] of [
  ["page/app.js", "./"],
  ["page/draw/pad.js", "./"],
  ["shared/rpc.js", "./"],
  ["words/en.js", "./"],
  ["words/zh.js", "./?lang=zh"],
]) {
  test(`without ${file} the page says that it did not start, and a reload with it helps`, async ({ vitpad, page, provoked }) => {
    // Words are imported at the top of a module, which then fails as a whole.
    provoked.push(/Failed to fetch dynamically imported module: .*\/words\//);
    const putBack = await takeAway(page, file);
    await vitpad.open(address);
    await expect(page.getByTestId("startup")).toContainText("Reload the page");
    await putBack();
    await page.reload();
    await vitpad.expectReady();
    await expect(page.getByTestId("startup")).toHaveCount(0);
  });
}

for (const file of ["page/train/page.js", "page/train/run.js", "vendor/uplot.js", "vendor/uplot.css", "page/train/form.css"]) {
  test(`without ${file} the training page says so while digits are read, and a reload with it helps`, async ({ vitpad, page }) => {
    const putBack = await takeAway(page, file);
    await vitpad.open("./?tab=train");
    await expect(page.getByTestId("notice")).toHaveText(/^The training page could not be loaded: \S+.* Reload the page to try again\.$/);
    await page.getByTestId("tab-draw").click();
    await vitpad.expectReady();
    await page.getByTestId("tab-train").click();
    await putBack();
    await page.reload();
    await expect(page.getByTestId("start")).toBeEnabled();
    await expect(page.getByTestId("notice")).toBeHidden();
  });
}

for (const file of ["builds.js", "workers/train/session.js", "cpu_relaxed.js", "cpu_relaxed_bg.wasm"]) {
  test(`without ${file} nothing can be trained, the page says why, and Reset with it helps`, async ({ vitpad, page }) => {
    const putBack = await takeAway(page, file);
    await vitpad.open("./?tab=train");
    await expect(page.getByTestId("train-error")).toHaveText(/\w+.*\.$/);
    await expect(page.getByTestId("start")).toBeDisabled();
    await putBack();
    await page.getByTestId("reset").click();
    await expect(page.getByTestId("start")).toBeEnabled();
    await expect(page.getByTestId("train-error")).toBeHidden();
  });
}

for (const [file, words] of [
  ["builds.js", "script could not be loaded"],
  ["weights/default.safetensors", "Could not load default.safetensors: the server answered 404."],
]) {
  test(`without ${file} nothing is read, the page says why, and Retry with it reads`, async ({ vitpad, page }) => {
    const putBack = await takeAway(page, file);
    await vitpad.open("./?device=cpu");
    await expect(page.getByTestId("error-text")).toContainText(words);
    await putBack();
    await vitpad.retry.click();
    await vitpad.expectReady();
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
  });
}

test("without the module that keeps digits a label is not kept, the page says so, and a reload with it helps", async ({ vitpad, page }) => {
  const putBack = await takeAway(page, "workers/digits.js");
  await vitpad.openReady("./?device=cpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("correct-3").click();
  await expect(page.getByTestId("correct")).toContainText("It could not be kept: ");
  await putBack();
  await page.reload();
  await vitpad.expectReady();
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("correct-3").click();
  await expect(page.getByTestId("correct")).toContainText("1 in all");
});

test("without the module that knows runs their model can't be loaded, the page says so, and Retry with it reads", async ({ vitpad, page }) => {
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await page.getByTestId("use-model").click();
  await vitpad.expectReady();
  const putBack = await takeAway(page, "shared/train/store.js");
  await page.reload();
  await expect(page.getByTestId("error-text")).toHaveText(/\w+.*\.$/);
  await putBack();
  await vitpad.retry.click();
  await vitpad.expectReady();
});

test("without what shows privacy the page says so, and shows it when it is opened again", async ({ vitpad, page }) => {
  const putBack = await takeAway(page, "page/privacy.js");
  await vitpad.openReady("./?device=cpu");
  const summary = page.getByTestId("privacy").locator("summary");
  await summary.click();
  await expect(page.getByTestId("privacy-text")).toContainText("This could not be loaded: ");
  await putBack();
  await summary.click();
  await summary.click();
  await expect(page.getByTestId("privacy-text")).toContainText("None went to another host.");
});

test("without a file of MNIST a run fails and says so, and can be started once it is there", async ({ vitpad, page }) => {
  const { images, labels } = idxPair(200);
  await page.context().route("**/data/sets.json", (route) => route.fulfill({ json: ["mnist"] }));
  await page.context().route("**/data/mnist/*-images-idx3-ubyte", (route) => route.fulfill({ body: images }));
  await page.context().route("**/data/mnist/*-labels-idx1-ubyte", (route) => route.fulfill({ body: labels }));
  const putBack = await takeAway(page, "data/mnist/t10k-labels-idx1-ubyte");
  const train = new TrainPage(page);
  expect(vitpad).toBeTruthy();
  await train.openReady(SMALL);
  await train.start.click();
  await expect(train.status).toHaveText("Failed");
  await expect(train.error).toHaveText("Could not load t10k-labels-idx1-ubyte: the server answered 404.");
  await putBack();
  await train.finish();
});
