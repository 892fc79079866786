/** What works goes on until another is ready, and a worker that does not answer is told of, with a way out. */
import { expect, test } from "./fixtures.js";
import { TrainPage } from "./trainpage.js";

/**
 * A worker that never answers requests of one type.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} script
 * @param {string} type
 */
async function silence(page, script, type) {
  await page.context().route(`**/workers/${script}`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("\nserve(answers,", `\nanswers.${type} = () => new Promise(() => {});\nserve(answers,`);
    expect(body).toContain(`answers.${type} =`);
    await route.fulfill({ response, body });
  });
}

/** @param {import("@playwright/test").Page} page */
async function blockTraining(page) {
  const worker = page.workers().find((each) => each.url().includes("/train/"));
  await worker?.evaluate(() => {
    setTimeout(() => {
      for (;;);
    });
  });
}

test.describe("drawing", () => {
  test("where another model can't be loaded, the one of before reads on, and Retry loads the other", async ({ vitpad, page, provoked }) => {
    provoked.push(/ERR_INTERNET_DISCONNECTED/);
    await vitpad.openReady("?device=cpu");
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
    await page.context().setOffline(true);
    const model = page.getByTestId("model-select");
    await model.selectOption("reference");
    await expect(page.getByTestId("error-text")).toHaveText(/\. “Default” goes on reading\.$/);
    await expect(page.getByTestId("status")).toHaveText("");
    await expect(model).toHaveValue("default");
    await expect(page).toHaveURL(/\?device=cpu$/);
    await vitpad.clear();
    await vitpad.draw(3);
    await vitpad.expectAnswer(3);
    expect(page.workers()).toHaveLength(1);
    await page.context().setOffline(false);
    await vitpad.retry.click();
    await vitpad.expectReady();
    await expect(page.getByTestId("error")).toBeHidden();
    await expect(page).toHaveURL(/\?device=cpu&model=reference$/);
    await expect(vitpad.answer).toHaveText(/^\d$/);
    expect(page.workers()).toHaveLength(1);
  });

  test("while another model is loaded the one of before reads, and a later choice cancels it", async ({ vitpad, page }) => {
    await vitpad.openReady("?device=cpu");
    await page.route("**/reference.safetensors", () => {});
    await page.getByTestId("model-select").selectOption("reference");
    await expect(page.getByTestId("status")).toHaveText("Loading the model …");
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
    await page.getByTestId("model-select").selectOption("default");
    await vitpad.expectReady();
    await vitpad.expectAnswer(7);
    await expect.poll(() => page.workers().length).toBe(1);
    await expect(page.getByTestId("error")).toBeHidden();
  });

  test("a model that does not answer is told of, and Retry reads the drawing", async ({ vitpad, page }) => {
    await page.clock.install();
    await silence(page, "worker.js", "classify");
    await vitpad.openReady("?device=cpu");
    await vitpad.draw(7);
    await page.clock.fastForward(20_000);
    await expect(page.getByTestId("error")).toBeHidden();
    await page.clock.fastForward(11_000);
    await expect(page.getByTestId("error-text")).toHaveText("The model did not answer for 30 seconds.");
    await page.context().unroute("**/workers/worker.js");
    await vitpad.retry.click();
    await vitpad.expectAnswer(7);
    await expect(page.getByTestId("error")).toBeHidden();
  });
});

for (const command of /** @type {const} */ (["pause", "stop"])) {
  test(`a run that does not answer ${command} can be ended and resumed`, async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    await page.clock.install();
    await silence(page, "train/worker.js", command);
    const train = new TrainPage(page);
    await train.openStarted();
    await page.context().unroute("**/workers/train/worker.js");
    await train[command].click();
    await expect(train.status).toHaveText(command === "pause" ? "Pausing …" : "Stopping …");
    await expect(page.getByTestId("overdue")).toBeHidden();
    await page.clock.fastForward(20_000);
    await expect(page.getByTestId("overdue")).toContainText("No answer for 20 seconds");
    await page.getByTestId("end").click();
    await expect(train.error).toHaveText("The computation was ended. What the last checkpoint holds is kept.");
    await expect(page.getByTestId("overdue")).toBeHidden();
    await expect(train.offer).toContainText("was interrupted");
    await page.getByTestId("resume-yes").click();
    await expect(train.status).toHaveText(/Running|Evaluating/);
    await train.stop.click();
    await expect(train.status).toHaveText("Stopped");
  });
}

test("a worker that is stuck in its work is ended, and its run resumed", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.clock.install();
  const train = new TrainPage(page);
  await train.openStarted();
  await blockTraining(page);
  await train.stop.click();
  await page.clock.fastForward(20_000);
  await page.getByTestId("end").click();
  await expect(train.offer).toContainText("was interrupted");
  await page.getByTestId("resume-yes").click();
  await expect(train.status).toHaveText(/Running|Evaluating/);
});

test("a worker that is stuck while it loads a run is ended, and the run offered again", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.clock.install();
  page.on("dialog", (dialog) => dialog.accept());
  const train = new TrainPage(page);
  await train.openStarted();
  const address = "**/workers/train/runner.js";
  await page.context().route(address, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace("await lockRun(id);", "await lockRun(id); for (;;);");
    expect(body).toContain("for (;;);");
    await route.fulfill({ response, body });
  });
  await page.reload();
  await page.getByTestId("resume-yes").click();
  await expect(train.status).toHaveText("Loading …");
  await page.context().unroute(address);
  await train.stop.click();
  await page.clock.fastForward(20_000);
  await page.getByTestId("end").click();
  await expect(train.offer).toContainText("was interrupted");
  await page.getByTestId("resume-yes").click();
  await expect(train.status).toHaveText(/Running|Evaluating/);
});

test("Reset of a worker that does not answer ends it, and the page is ready again", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.clock.install();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  await blockTraining(page);
  await page.getByTestId("reset").click();
  await page.clock.fastForward(20_000);
  await page.getByTestId("end").click();
  await expect(train.start).toBeEnabled();
  await expect(train.status).toHaveText("Ready");
  await expect(train.offer).toContainText("is paused");
  await expect(train.error).toBeHidden();
  await expect(page.getByTestId("overdue")).toBeHidden();
});

test("a run that answers after all goes on as if nothing had been", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.clock.install();
  await page.context().route("**/workers/train/worker.js", async (route) => {
    const response = await route.fetch();
    const slow = "(resolve) => setTimeout(resolve, 3_000)";
    const body = (await response.text()).replace("pause: () =>", `pause: async () => (await new Promise(${slow}), 0) ||`);
    await route.fulfill({ response, body });
  });
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pause.click();
  await page.clock.fastForward(20_000);
  await expect(page.getByTestId("overdue")).toBeVisible();
  await expect(train.status).toHaveText("Paused");
  await expect(page.getByTestId("overdue")).toBeHidden();
  await expect(page.getByTestId("end")).toBeDisabled();
});
