/** What the browser keeps, and whether it promises to. */
import { statSync } from "node:fs";
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
  await patch(page, "for (const name of ['createWritable', 'createSyncAccessHandle']) delete FileSystemFileHandle.prototype[name];");
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await expect(page.getByTestId("storage-problem")).toContainText("This version of the browser can't keep files");
  page.on("dialog", (dialog) => dialog.accept());
  await train.open(SMALL);
  await expect(train.runs).toHaveCount(0);
});

test("a browser that writes files in place alone, and in workers alone, keeps runs and digits", async ({ vitpad, page }) => {
  await patch(page, "delete FileSystemFileHandle.prototype.createWritable;");
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await expect(page.getByTestId("storage-problem")).toHaveText("");
  await train.openReady(SMALL);
  await expect(train.runs).toContainText("step 40 of 40");
  expect(await filesIn(page, "runs")).toEqual([expect.stringMatching(/checkpoint\.safetensors$/), expect.stringMatching(/run\.json$/)]);
  await page.getByTestId("use-model").click();
  await vitpad.expectReady();
  await vitpad.draw(3);
  await expect(vitpad.answer).toHaveText(/^\d$/);
  await page.getByTestId("correct-3").click();
  await expect(page.getByTestId("correct")).toContainText("1 in all");
  await page.reload();
  await vitpad.expectReady();
});

for (const [what, code] of [
  ["that refuses to keep files", refusing("SecurityError")],
  ["with a private window of Safari", refusing("UnknownError")],
  ["whose storage is full", "FileSystemFileHandle.prototype.createWritable = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));"],
]) {
  test(`in a browser ${what} a run is downloaded and reads digits, and nothing is left of it after a reload`, async ({ vitpad, page }) => {
    expect(vitpad).toBeTruthy();
    await patch(page, code);
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
  return `StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException("unknown transient reason", "${name}"));`;
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

/**
 * @param {import("@playwright/test").Page} page
 * @param {string} folder
 * @returns {Promise<string[]>} the paths of all files in it
 */
function filesIn(page, folder) {
  return page.evaluate(async (name) => {
    /** @param {FileSystemDirectoryHandle} each @returns {Promise<string[]>} */
    const pathsOf = async (each) => {
      const paths = [];
      for await (const handle of each.values()) {
        paths.push(...(handle instanceof FileSystemDirectoryHandle ? await pathsOf(handle) : [`${each.name}/${handle.name}`]));
      }
      return paths.sort();
    };
    return pathsOf(await (await navigator.storage.getDirectory()).getDirectoryHandle(name));
  }, folder);
}
