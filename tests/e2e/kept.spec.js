/** What the browser keeps, and whether it promises to. */
import { statSync } from "node:fs";
import { expect, test } from "./fixtures.js";
import { deleteSiteData, fillStorage, keptFiles } from "./storage.js";
import { idxFiles, SMALL, TrainPage } from "./trainpage.js";

const REFUSAL = "This browser may clear what it keeps here when space gets short";

/** Runs in the page before its scripts: a browser that does not promise to keep anything. */
function refuseToKeep() {
  let asked = 0;
  Reflect.set(window, "timesAsked", () => asked);
  StorageManager.prototype.persist = async () => {
    asked += 1;
    return false;
  };
}

/** @param {import("@playwright/test").Page} page */
const timesAsked = (page) => page.evaluate(() => Reflect.get(window, "timesAsked")());

test("a digit that is labelled asks the browser to keep it, and a refusal is told once", async ({ vitpad, page }) => {
  await page.addInitScript(refuseToKeep);
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  expect(await timesAsked(page)).toBe(0);
  await page.getByTestId("correct-3").click();
  const strip = page.getByTestId("correct");
  await expect(strip).toContainText(`Kept as a 3 among My digits, 1 in all: train on them on the Train tab. ${REFUSAL}`);
  await page.getByTestId("correct-8").click();
  await expect(strip).toContainText("2 in all");
  await expect(strip).not.toContainText(REFUSAL);
  expect(await timesAsked(page)).toBe(1);
});

test("an import asks the browser to keep it, and a refusal is no error", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.addInitScript(refuseToKeep);
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await expect(page.getByTestId("may-be-cleared")).toBeHidden();
  await page.getByTestId("mine-import").setInputFiles(idxFiles(20));
  await expect(page.getByTestId("mine-count")).toContainText("20 digits");
  await expect(page.getByTestId("may-be-cleared")).toContainText(REFUSAL);
  await train.finish();
  expect(await timesAsked(page)).toBe(1);
  for (const name of ["runs-error", "mine-error", "train-error", "storage-problem"]) await expect(page.getByTestId(name)).toHaveText("");
});

test("a run leaves its checkpoint and what the list shows, and site data that is deleted under one is written anew", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  const files = [expect.stringMatching(/^runs\/[\w-]+\/checkpoint\.safetensors$/), expect.stringMatching(/^runs\/[\w-]+\/run\.json$/)];
  await expect.poll(() => keptFiles(page)).toEqual(files);
  await deleteSiteData(page);
  await train.pause.click();
  await expect(train.status).toHaveText("Running");
  await train.pauseRun();
  await expect.poll(() => keptFiles(page)).toEqual(files);
  await expect(page.getByTestId("storage-problem")).toHaveText("");
  await page.reload();
  await expect(train.offer).toBeVisible();
});

test("a storage that gets full in the middle of a write keeps the checkpoint before, from which the run goes on", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  page.on("dialog", (dialog) => dialog.accept());
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  await expect(train.runs).toContainText(/step \d/);
  const kept = await train.stepsDone();
  const worker = page.workers().find((each) => each.url().includes("/train/"));
  await worker?.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    let writes = 0;
    IDBObjectStore.prototype.put = function (...entry) {
      writes += 1;
      if (writes % 2 === 0) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, entry);
    };
  });
  await train.pause.click();
  await train.expectSteps(kept + 20);
  await train.pauseRun();
  await expect(page.getByTestId("storage-problem")).toContainText("storage is full");
  await page.reload();
  await expect(train.offer).toContainText(`step ${kept} of`);
  await page.getByTestId("resume-yes").click();
  await train.expectSteps(kept + 1);
});

for (const [what, limit] of /** @type {[string, (page: import("@playwright/test").Page) => Promise<void>][]} */ ([
  ["that refuses to keep files", (page) => patch(page, refusing("SecurityError"))],
  ["with a private window of old", (page) => patch(page, refusing("InvalidStateError"))],
  ["whose storage is full", (page) => page.goto("./").then(() => fillStorage(page))],
])) {
  test(`in a browser ${what} a run is downloaded and reads digits, and nothing is left of it after a reload`, async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    await limit(page);
    const train = new TrainPage(page);
    await train.openReady(SMALL);
    await train.finish();
    await expect(train.runs).toContainText("nothing stored");
    await expect(page.getByTestId("storage-problem")).toHaveText(/(download what you want to keep|storage is full).*\.$/);
    await expect(page.getByTestId("runs-error")).toHaveText("");
    for (const what of ["float16", "float32", "checkpoint"]) {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`export-${what}`).click()]);
      expect(statSync(await file.path()).size).toBeGreaterThan(1_000);
    }
    await expect(page.getByTestId("runs-error")).toHaveText("");
    await page.getByTestId("use-model").click();
    await vitpad.expectReady();
    await vitpad.draw(3);
    await expect(vitpad.answer).toHaveText(/^\d$/);
    await page.getByTestId("device-select").selectOption("cpu");
    await vitpad.expectReady();
    page.on("dialog", (dialog) => dialog.accept());
    await page.reload();
    await expect(page.getByTestId("error-text")).toHaveText(/(is not kept here|keeps no files).*\.$/);
    await train.openReady(SMALL);
    await expect(train.runs).toHaveCount(0);
  });
}

/** @param {string} name of the reason that the browser gives */
function refusing(name) {
  return `IDBFactory.prototype.open = () => { throw new DOMException("unknown transient reason", "${name}"); };`;
}

/**
 * Runs something before the page's scripts, and in its workers too.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} code
 */
async function patch(page, code) {
  await page.addInitScript(code);
  await page.context().route(/\/worker\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${await response.text()}\n${code}` });
  });
}
