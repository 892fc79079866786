import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures.js";
import { fillStorage } from "./storage.js";
import { LONG, SMALL, TrainPage } from "./trainpage.js";

/** @typedef {import("@playwright/test").Page} Page */

test.describe("runs", () => {
  test.use({ viewport: { width: 1200, height: 900 } });

  test("what a run has learnt reads digits on the drawing page, after a reload too", async ({ vitpad, page }) => {
    const train = new TrainPage(page);
    await train.openReady();
    await page.getByTestId("run-name").fill("My first");
    await train.finish();
    await page.getByTestId("use-model").click();
    await expect(page).toHaveURL(/model=run/);
    await expect(page.getByTestId("model-select").locator("option:checked")).toHaveText("My first");
    await vitpad.expectReady();
    await vitpad.draw(1);
    await expect(vitpad.answer).toHaveText(/^\d$/);
    await page.reload();
    await vitpad.expectReady();
    await expect(page.getByTestId("model-select").locator("option:checked")).toHaveText("My first");
  });

  test("a run is renamed, downloaded, deleted after a question, and imported", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady();
    await train.finish();
    await page.getByTestId("rename").fill("Kept");
    await page.getByTestId("rename").press("Enter");
    const sizes = [];
    for (const what of ["float16", "float32", "checkpoint"]) {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`export-${what}`).click()]);
      expect(file.suggestedFilename()).toMatch(/^Kept-.*\.safetensors$/);
      sizes.push(await file.path());
    }
    await page.getByTestId("delete").click();
    await page.getByTestId("answer-no").click();
    await expect(train.runs).toHaveCount(1);
    await page.getByTestId("delete").click();
    await page.getByTestId("answer-yes").click();
    await expect(train.runs).toHaveCount(0);
    await page.getByTestId("import-checkpoint").setInputFiles(sizes[2]);
    await expect(train.runs).toHaveCount(1);
    await expect(train.runs).toContainText("step 40 of 40");
    await page.reload();
    await expect(train.runs).toContainText("step 40 of 40");
  });

  test("a run whose worker crashes is told of, and goes on from its checkpoint", async ({ vitpad, page, provoked }) => {
    expect(vitpad).toBeTruthy();
    provoked.push(/out of chalk/);
    const train = new TrainPage(page);
    await train.openStarted();
    const worker = page.workers().find((each) => each.url().includes("/train/"));
    await worker?.evaluate(() => {
      setTimeout(() => {
        throw new Error("out of chalk");
      });
    });
    await expect(train.error).toContainText("out of chalk");
    await expect(train.offer).toBeVisible();
    await train.offer.getByRole("button").first().click();
    await expect(train.status).toHaveText("Running");
    await train.expectSteps(1);
  });

  test("the quick preset has a model and a recipe of its own", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady("train-device=cpu");
    await page.getByTestId("preset-select").selectOption("quick");
    await expect(page.getByTestId("parameters")).toContainText("19,658");
    await expect(page.getByTestId("epochs")).toHaveValue("7");
    await expect(page).toHaveURL(/preset=quick/);
    await train.start.click();
    await train.expectSteps(10);
    await train.stop.click();
    await expect(train.status).toHaveText("Stopped");
  });

  test("what is no checkpoint is refused in words", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady();
    const file = { name: "notes.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from("nothing learnt") };
    await page.getByTestId("import-checkpoint").setInputFiles(file);
    await expect(page.getByTestId("runs-error")).toHaveText(/\w+.*\.$/);
    await expect(train.runs).toHaveCount(0);
  });

  test("runs are compared in the charts", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady();
    await page.getByTestId("run-name").fill("Alone");
    await train.finish();
    await page.getByTestId("seed").fill("2");
    await page.getByTestId("run-name").fill("Other");
    await expect(train.start).toBeEnabled();
    await train.finish();
    await expect(train.runs).toHaveCount(2);
    await page.getByTestId("compare").nth(1).check();
    await expect(page.getByTestId("legend")).toContainText("Alone");
    await expect.poll(() => train.describedLoss()).toMatch(/Alone \d/);
    await page.getByTestId("compare").nth(1).uncheck();
    await expect(page.getByTestId("legend")).not.toContainText("Alone");
  });

  test("a full storage is told, and training goes on", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady(LONG);
    await fillStorage(page);
    await train.start.click();
    await expect(page.getByTestId("storage-problem")).toContainText("storage is full");
    await train.expectSteps(5);
    await expect(train.status).toHaveText(/Running|Evaluating/);
    // It is in this tab alone: nothing takes its place unasked.
    await train.stop.click();
    await expect(train.status).toHaveText("Stopped");
    await train.start.click();
    await expect(page.getByTestId("question-text")).toContainText("in this tab alone");
    await page.getByTestId("answer-no").click();
    await expect(train.status).toHaveText("Stopped");
    await page.getByTestId("reset").click();
    await page.getByTestId("answer-yes").click();
    await expect(train.status).toHaveText("Ready");
  });

  test("a failed start is told in words, and another can be made", async ({ vitpad, page, provoked }) => {
    provoked.push(/404|nowhere/);
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await page.context().route("**/nowhere/**", (route) => route.fulfill({ status: 404, body: "gone" }));
    await train.openReady(`${SMALL}&data=url&url=${encodeURIComponent("http://127.0.0.1/nowhere/")}`);
    await train.start.click();
    await expect(train.status).toHaveText("Failed");
    await expect(train.error).toHaveText(/\w+.*\.$/);
    await page.getByTestId("data-select").selectOption("synthetic");
    await train.finish();
    await expect(train.error).toBeHidden();
  });
});

test.describe("the form", () => {
  test("a link fills it in, and it fills the link in", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady("preset=reference&batch=64&learning_rate=0.01&augment=on&rotation=5&clip_norm=2");
    for (const [name, value] of [["preset-select", "reference"], ["batch-size", "64"], ["field-learning_rate", "0.01"], ["field-rotation", "5"], ["field-clip_norm", "2"]]) {
      await expect(page.getByTestId(name)).toHaveValue(value);
    }
    await page.getByTestId("epochs").fill("7");
    await expect(page).toHaveURL(/epochs=7/);
    await page.getByTestId("back-batch").click();
    await expect(page.getByTestId("batch-size")).not.toHaveValue("64");
    await expect(page).not.toHaveURL(/batch=/);
    await page.reload();
    await expect(page.getByTestId("epochs")).toHaveValue("7");
    await page.getByTestId("reset").click();
    await expect(page.getByTestId("preset-select")).toHaveValue("default");
    await expect(page).toHaveURL(/\?tab=train$/);
  });

  test("a wrong address is reported, and the rest of it is taken", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady("epochs=many&preset=best&colour=red&seed=7&augment=on&shear=2");
    const notice = page.getByTestId("notice");
    for (const words of ["epochs=many", "preset=best", "colour", "shear=2"]) await expect(notice).toContainText(words);
    await expect(page.getByTestId("seed")).toHaveValue("7");
  });

  test("what cannot be is said beside its field, and cannot be started", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady();
    await page.getByTestId("epochs").fill("0");
    await expect(page.getByTestId("epochs")).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByTestId("epochs")).toHaveAccessibleDescription(/between 1 and/);
    await expect(train.start).toBeDisabled();
    await page.getByTestId("epochs").fill("1");
    await expect(train.start).toBeEnabled();
    await page.getByText("All hyperparameters").click();
    await page.getByTestId("field-width").fill("15");
    // It is for the worker to say that these two do not go together.
    await expect(page.getByTestId("field-width")).toHaveAccessibleDescription(/multiple of heads/);
    await expect(train.start).toBeDisabled();
    await expect(page.getByTestId("start-reason")).toContainText("heads");
    await page.getByTestId("field-width").fill("32");
    await expect(train.start).toBeEnabled();
    await expect(page.getByTestId("parameters")).toHaveText(/[\d,]+ parameters/);
  });
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    test("axe finds nothing serious on the training page, before and during a run", async ({ vitpad, page }) => {
      expect(vitpad).toBeTruthy();
      const train = new TrainPage(page);
      await train.openReady(LONG);
      await page.getByText("All hyperparameters").click();
      await page.getByText("The numbers as a table").click();
      await page.getByTestId("epochs").fill("0");
      expect(await seriousViolations(page)).toEqual([]);
      await page.getByTestId("epochs").fill("1000");
      await expect(train.start).toBeEnabled();
      await train.start.click();
      await expect(page.getByTestId("confusion")).toBeVisible();
      await train.drawLine();
      await train.pauseRun();
      expect(await seriousViolations(page)).toEqual([]);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("nothing is wider than the screen, and Start and the numbers are at hand", async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    const train = new TrainPage(page);
    await train.openReady(LONG);
    await expect(train.start).toBeInViewport();
    await train.start.click();
    await expect(page.getByTestId("confusion")).toBeVisible();
    for (const name of ["step", "loss", "validation-accuracy", "images-per-second"]) {
      await expect(page.getByTestId(name)).toBeInViewport();
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});

/** @param {Page} page */
async function seriousViolations(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}
