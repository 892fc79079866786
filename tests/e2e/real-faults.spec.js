/** Faults that are brought about in the browser, not faked: each is told, and leaves a way on. webgpu-faults.spec.js has those of a graphics device. */
import { expect, test } from "./fixtures.js";
import { CUT, cutNextWrite } from "./chaos/storage.js";
import { inWorker, trap } from "./chaos/worker.js";
import { ORIGIN } from "./browser.js";
import { LONG, TrainPage } from "./trainpage.js";

test.use({ viewport: { width: 1200, height: 900 } });

test.beforeEach(({ page }) => void page.on("dialog", (dialog) => dialog.accept()));

test("a trap in the module that reads digits is told, and Retry reads the drawing", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await trap(page, "worker.js");
  await vitpad.clear();
  await vitpad.draw(3);
  await expect(page.getByTestId("error-text")).toContainText("memory ran out");
  await vitpad.retry.click();
  await vitpad.expectAnswer(3);
});

test("a trap in the module that trains is told, and the run goes on from its checkpoint in another worker", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await trap(page, "train/worker.js");
  await expect(train.error).toHaveText(/memory ran out.*What the last checkpoint holds is kept\.$/);
  await page.getByTestId("resume-yes").click();
  await expect(train.status).toHaveText(/Running|Evaluating/);
  await train.expectSteps(1);
});

test("two tabs do not train one run: it is not offered in the second, and of two that want it one gets it", async ({ vitpad, page, context }) => {
  expect(vitpad).toBeTruthy();
  const first = new TrainPage(page);
  await first.openStarted();
  const second = new TrainPage(await context.newPage());
  await second.openReady(LONG);
  await expect(second.runs).toContainText("running");
  await expect(second.offer).toBeHidden();
  await expect(second.page.getByTestId("resume")).toBeHidden();
  await expect(second.page.getByTestId("delete")).toBeDisabled();
  await first.page.reload();
  await second.page.reload();
  const offers = [first, second].map((each) => each.page.getByTestId("resume-yes"));
  for (const offer of offers) await expect(offer).toBeVisible();
  await Promise.all(offers.map((offer) => offer.click()));
  const states = () => Promise.all([first, second].map((each) => each.status.innerText()));
  await expect.poll(async () => (await states()).filter((text) => text === "Failed")).toHaveLength(1);
  const [winner, loser] = (await states())[0] === "Failed" ? [second, first] : [first, second];
  await expect(loser.error).toHaveText("Another tab is training this run: pause and close it there first.");
  await winner.expectSteps(1);
  // What the other one saw is out of date, and says so.
  await winner.page.close();
  await loser.page.getByTestId("resume").click();
  await expect(loser.status).toHaveText(/Running|Evaluating/);
});

test("a reload inside the write of a checkpoint leaves the one before", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await train.pauseRun();
  const kept = await train.stepsDone();
  await train.pause.click();
  await train.expectSteps(kept + 1);
  const cut = page.waitForEvent("console", (message) => message.text() === CUT);
  await inWorker(page, "train/worker.js", cutNextWrite, { bytes: 1_000, said: CUT });
  await cut;
  await page.reload();
  await expect(train.offer).toContainText("it is kept up to step ");
  await page.getByTestId("resume-yes").click();
  await train.expectSteps(kept);
  await expect(page.getByTestId("runs-error")).toHaveText("");
});

test("site data that is deleted under a run is told at most, and the run is kept anew", async ({ vitpad, page, context }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  const session = await context.newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin: ORIGIN, storageTypes: "all" });
  const before = await train.stepsDone();
  await train.expectSteps(before + 40);
  await train.pauseRun();
  await expect(page.getByTestId("storage-problem")).toBeHidden();
  const kept = await train.stepsDone();
  await page.reload();
  await expect(train.offer).toContainText(`kept up to step ${kept} `);
  await page.getByTestId("resume-yes").click();
  await train.expectSteps(kept + 1);
});
