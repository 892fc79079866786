import { expect, test } from "./fixtures.js";
import { LONG, SMALL, TrainPage } from "./trainpage.js";

test.use({ viewport: { width: 1200, height: 900 } });

test("the drawing page loads nothing of the training page", async ({ vitpad, page }) => {
  /** @type {string[]} */
  const files = [];
  page.on("request", (request) => files.push(request.url()));
  await vitpad.openReady();
  // Where runs are kept is known to the drawing page too, which can read with their weights.
  expect(files.filter((file) => /\/(train|vendor)\/(?!store\.js)/.test(file))).toEqual([]);
  await page.getByTestId("tab-train").click();
  await expect(page.getByTestId("start")).toBeEnabled();
  await expect(page).toHaveURL(/tab=train/);
  await expect(page).toHaveTitle(/train/);
});

test("the tabs are reached and changed with the keyboard, and going back leads back", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("tab-draw")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("tab-train")).toBeFocused();
  await expect(page.getByTestId("start")).toBeVisible();
  await page.goBack();
  await expect(vitpad.pad).toBeVisible();
});

test("a run on synthetic digits shows its numbers and curves, and ends with a test", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await expect(train.step).toHaveText("40 / 40");
  await expect(page.getByTestId("epoch")).toHaveText("2 / 2");
  await expect(page.getByTestId("loss")).toHaveText(/^\d\.\d{4}$/);
  for (const name of ["train-accuracy", "validation-accuracy", "test-accuracy"]) {
    await expect(page.getByTestId(name)).toHaveText(/^\d+\.\d\d\s%$/);
  }
  await expect(page.getByTestId("images-per-second")).toHaveText(/^[\d,]+$/);
  await expect(page.getByTestId("memory")).toHaveText(/MB$/);
  await expect(page.getByTestId("train-device")).toHaveText(/^CPU/);
  expect(await train.describedLoss()).toMatch(/^Loss by step: at step 40, training \d/);
  await expect(page.getByTestId("confusion").locator("td")).toHaveCount(100);
  await page.getByTestId("confusion").locator("td").nth(12).hover();
  await expect(page.getByTestId("confusion-detail")).toHaveText(/^label 1, read as 2: \d+ of \d+ \(.+%\)$/);
  await expect(page.getByTestId("mistakes").getByRole("listitem").first()).toHaveText(/^label \d, read as \d \(\d+\s%\)$/);
  await page.getByText("The numbers as a table").click();
  await expect(page.getByTestId("epoch-rows").locator("tr")).toHaveCount(2);
});

test("the curves move, and every step can be downloaded", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  const before = await train.describedLoss();
  await expect.poll(() => train.describedLoss()).not.toBe(before);
  await train.pauseRun();
  const downloading = page.waitForEvent("download");
  await page.getByTestId("download-csv").click();
  const file = await downloading;
  const lines = (await text(file)).trim().split("\n");
  expect(lines[0]).toMatch(/^step,loss,accuracy,learning_rate/);
  expect(lines.length - 1).toBe(await train.stepsDone());
});

test("a paused run stands still, and goes on when resumed", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  const before = await train.stepsDone();
  await page.waitForTimeout(500);
  expect(await train.stepsDone()).toBe(before);
  await expect(train.pause).toHaveText("Resume");
  await train.pause.click();
  await train.expectSteps(before + 1);
  await train.stop.click();
  await expect(train.status).toHaveText("Stopped");
  await expect(page.getByTestId("test-accuracy")).toHaveText(/%$/);
});

test("after a reload a run can be resumed where it was", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  const before = await train.stepsDone();
  await page.reload();
  await expect(train.offer).toContainText(`step ${before.toLocaleString("en")} of`);
  await page.getByTestId("resume-yes").click();
  await train.expectSteps(before + 1);
  expect(await train.describedLoss()).toMatch(/at step/);
  await train.stop.click();
  await expect(train.status).toHaveText("Stopped");
  await expect(train.offer).toBeHidden();
});

test("closing the tab asks while a run goes on, and not otherwise", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  /** @type {string[]} */
  const asked = [];
  page.on("dialog", (dialog) => {
    asked.push(dialog.type());
    dialog.accept();
  });
  await train.openReady(LONG);
  await page.reload();
  expect(asked).toEqual([]);
  await expect(train.start).toBeEnabled();
  await train.start.click();
  await train.expectSteps(3);
  await page.reload();
  expect(asked).toEqual(["beforeunload"]);
});

test("a run goes on on the other tab, and while another window is in front", async ({ vitpad, page, context }) => {
  const train = new TrainPage(page);
  await train.openStarted();
  await page.getByTestId("tab-draw").click();
  await vitpad.expectReady();
  const other = await context.newPage();
  await other.bringToFront();
  const before = Date.now();
  await expect.poll(() => Date.now() - before).toBeGreaterThan(1000);
  await other.close();
  await page.getByTestId("tab-train").click();
  await train.expectSteps(10);
  await expect(train.status).toHaveText(/Running|Evaluating/);
});

test("the screen stays on while a run goes on, and no longer", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await page.addInitScript(() => {
    const locks = { asked: 0, held: 0 };
    const request = async () => {
      locks.asked += 1;
      locks.held += 1;
      return { release: async () => void (locks.held -= 1) };
    };
    Reflect.set(window, "locks", locks);
    Object.defineProperty(navigator, "wakeLock", { value: { request } });
  });
  const train = new TrainPage(page);
  const locks = () => page.evaluate(() => ({ ...Reflect.get(window, "locks") }));
  const show = (/** @type {boolean} */ isShown) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, !isShown);
  await train.openStarted();
  expect(await locks()).toEqual({ asked: 1, held: 1 });
  await show(false);
  await show(true);
  expect(await locks()).toEqual({ asked: 2, held: 1 });
  await train.stop.click();
  await expect(train.status).toHaveText("Stopped");
  expect(await locks()).toEqual({ asked: 2, held: 0 });
});

test("the model in training reads a drawing again and again", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.drawLine();
  await expect(page.getByTestId("live-answer")).toHaveText(/^\d$/);
  const bars = page.getByTestId("live-probabilities");
  const before = await bars.innerText();
  await expect.poll(() => bars.innerText()).not.toBe(before);
  await page.keyboard.press("c");
  await expect(page.getByTestId("live-answer")).toHaveText("");
});

test("no task of the page takes 50 ms of its processor while it trains", async ({ vitpad, page, browser }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await expect(page.getByTestId("confusion")).toBeVisible();
  await browser.startTracing(page, { categories: ["toplevel"] });
  await page.waitForTimeout(4000);
  const times = mainThreadTasks(await browser.stopTracing());
  // Enough to know that the trace is about the page.
  expect(times.filter((time) => time > 0).length).toBeGreaterThan(100);
  expect(Math.max(...times)).toBeLessThan(50);
});

/**
 * Time on the processor: that on the clock also counts how long other tests kept the machine busy.
 *
 * @param {Buffer} trace
 * @returns {number[]} milliseconds of each task
 */
function mainThreadTasks(trace) {
  /** @type {{ name: string, ph: string, pid: number, tid: number, tdur?: number, args: { name?: string } }[]} */
  const events = JSON.parse(trace.toString()).traceEvents;
  const threads = new Set();
  for (const { name, args, pid, tid } of events) {
    if (name === "thread_name" && args.name === "CrRendererMain") threads.add(`${pid} ${tid}`);
  }
  return events
    .filter(({ name, ph, pid, tid }) => name.endsWith("RunTask") && ph === "X" && threads.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => tdur / 1000);
}

/** @param {import("@playwright/test").Download} download */
async function text(download) {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
