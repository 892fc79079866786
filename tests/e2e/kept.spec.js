/** What the browser keeps, and whether it promises to. */
import { expect, test } from "./fixtures.js";
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

test("a browser that can't write files so that they stay whole keeps no half-written run", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  const worker = page.workers().find((each) => each.url().includes("/train/"));
  await worker?.evaluate(() => Reflect.deleteProperty(FileSystemFileHandle.prototype, "createWritable"));
  await train.finish();
  await expect(page.getByTestId("storage-problem")).toContainText("This version of the browser can't keep files");
  page.on("dialog", (dialog) => dialog.accept());
  await train.open(SMALL);
  await expect(train.runs).toHaveCount(0);
});
