/** What an open page does when its site is updated, and when a cache mixes versions. */
import { versionOf } from "./browser.js";
import { expect } from "./fixtures.js";
import { test, versionOpen } from "./host.js";
import { LONG, TrainPage } from "./trainpage.js";

const OTHER_VERSION = "0123456789ab";
const UPDATED = "This page was updated: reload it. Until then the drawing stays, and training goes on.";

test("a page whose files are gone says once that it was updated, keeps the drawing, and takes the update when asked", async ({ vitpad, page, host, provoked }) => {
  provoked.push(/404/);
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  host.deploy({ version: OTHER_VERSION });
  const updated = page.getByTestId("updated");
  await expect(updated).toBeHidden();
  for (const model of ["reference", "default", "reference"]) {
    await page.getByTestId("model-select").selectOption(model);
    await expect(updated).toContainText(UPDATED);
    await expect(updated).toHaveCount(1);
    await expect(vitpad.retry).toBeHidden();
  }
  await page.getByTestId("tab-train").click();
  await expect(page.getByTestId("notice")).toContainText("The training page could not be loaded");
  await page.getByTestId("tab-draw").click();
  // What reads still does.
  await vitpad.expectAnswer(7);
  await vitpad.clear();
  await page.evaluate(() => scrollTo(0, 0));
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("reload").click();
  await vitpad.expectReady();
  expect(await versionOpen(page)).toBe(OTHER_VERSION);
  await expect(updated).toBeHidden();
});

test("a page whose first load fails says so too", async ({ vitpad, page, host, provoked }) => {
  provoked.push(/404/);
  await page.route("**/workers/worker.js", async (route) => {
    host.deploy({ version: OTHER_VERSION });
    await route.continue();
  });
  await vitpad.open("?device=cpu");
  await expect(page.getByTestId("updated")).toContainText(UPDATED);
  await expect(vitpad.retry).toBeHidden();
});

test("a run goes on after an update", async ({ vitpad, page, host, provoked }) => {
  provoked.push(/404/);
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted(LONG);
  host.deploy({ version: OTHER_VERSION });
  await page.getByTestId("privacy").getByText("Privacy").click();
  await expect(page.getByTestId("updated")).toContainText(UPDATED);
  await train.expectSteps((await train.stepsDone()) + 5);
  await train.stop.click();
  await expect(train.status).toHaveText("Stopped");
});

test("a failure without an update is told as before", async ({ vitpad, page, host, provoked }) => {
  provoked.push(/404/);
  await page.route("**/workers/worker.js", (route) => route.fulfill({ status: 404, body: "gone" }));
  const asked = page.waitForRequest((request) => request.url() === host.url && request.resourceType() === "fetch");
  await vitpad.open("?device=cpu");
  await asked;
  await expect(vitpad.retry).toBeVisible();
  await expect(page.getByTestId("updated")).toBeHidden();
});

test.describe("a cache mixes files of two versions", () => {
  test("an old script from a cache is asked for once more under another address, and digits are read", async ({ vitpad, page }) => {
    await page.route("**/cpu_relaxed.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: older(await response.text()) });
    });
    await vitpad.openReady("?device=cpu");
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
    await expect(page.getByTestId("error")).toBeHidden();
  });

  test("an old wasm file in the browser's own cache is passed by", async ({ vitpad, page, host, provoked }) => {
    provoked.push(/favicon\.ico/);
    // Where a test has routes, the browser has no cache.
    await page.context().unrouteAll();
    const file = `${versionOf()}/cpu_relaxed_bg.wasm`;
    /** @type {string | undefined} */
    let current;
    host.edit(file, (text) => older((current = text)));
    await page.goto("./manifest.webmanifest");
    // As an earlier visit did: it may be kept for ever.
    await page.evaluate(async (file) => (await fetch(file)).arrayBuffer(), `./${file}`);
    host.edit(file, () => current ?? "");
    await vitpad.openReady("?device=cpu");
    await vitpad.draw(7);
    await vitpad.expectAnswer(7);
    await expect(page.getByTestId("error")).toBeHidden();
  });

  test("files that never fit are told of, and Retry succeeds once they do", async ({ vitpad, page }) => {
    let asked = 0;
    await page.route("**/cpu_relaxed.js*", async (route) => {
      asked += 1;
      const response = await route.fetch();
      await route.fulfill({ response, body: older(await response.text()) });
    });
    await vitpad.open("?device=cpu");
    await expect(page.getByTestId("error-text")).toHaveText(/^cpu_relaxed_bg\.wasm is of another version than this page.*Reload the page\.$/);
    expect(asked).toBe(2);
    await page.unroute("**/cpu_relaxed.js*");
    await vitpad.retry.click();
    await vitpad.expectReady();
  });
});

test("the addresses of before lead to the modules of this version", async ({ page }) => {
  await page.goto("./manifest.webmanifest");
  const names = await page.evaluate(async () => {
    const [module, choice] = await Promise.all([import(`${location.origin}/cpu.js`), import(`${location.origin}/workers/wasm.js`)]);
    return [typeof module.default, typeof module.Classifier.load, choice.fileOf("ndarray")];
  });
  expect(names).toEqual(["function", "function", "ndarray"]);
  const scripts = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
  expect(scripts).toContain(`/${versionOf()}/cpu.js`);
});

/**
 * @param {string} text of a script or a wasm file
 * @returns {string} the same with another name for one of its imports, as an earlier build had
 */
function older(text) {
  const name = /__wbg_[a-z]\w*?_([0-9a-f]{16})/.exec(text)?.[1];
  if (!name) throw new Error("there is no import");
  return text.replaceAll(name, "0".repeat(16));
}
