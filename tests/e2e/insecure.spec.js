/** The page from http on another name than localhost, as from a phone on the local network. */
import { launchOptions, PORT } from "./browser.js";
import { expect, test } from "./fixtures.js";
import { LONG, SMALL, TrainPage } from "./trainpage.js";

const options = launchOptions({ softwareWebGpu: false });
test.use({
  baseURL: `http://vitpad.test:${PORT}/`,
  launchOptions: { ...options, args: [...(options.args ?? []), "--host-resolver-rules=MAP vitpad.test 127.0.0.1"] },
});

const SENTENCE = "This address is http: the browser has no GPU here; use https or localhost.";
const NO_PROMISE = "This browser may clear what it keeps here when space gets short";

test("the drawing page says what it can't have there, reads, and keeps digits", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=webgpu");
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(page.getByTestId("notice")).toHaveText(SENTENCE);
  await expect(vitpad.reason).toHaveText(SENTENCE);
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("correct-3").click();
  await expect(page.getByTestId("correct")).toContainText(`1 in all: train on them on the Train tab. ${NO_PROMISE}`);
  await page.getByTestId("device-select").selectOption("cpu");
  await vitpad.expectReady();
  await expect(page.getByTestId("notice")).toHaveText(SENTENCE);
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await expect(page.getByTestId("mine-count")).toContainText("1 digit");
});

test("the training page says what it can't have there, trains, and keeps the run", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(SMALL.replace("device=cpu", "device=webgpu"));
  await train.finish();
  await expect(page.getByTestId("train-reason")).toHaveText(SENTENCE);
  await expect(page.getByTestId("may-be-cleared")).toContainText(NO_PROMISE);
  for (const name of ["storage-problem", "mine-error", "runs-error"]) await expect(page.getByTestId(name)).toHaveText("");
  await page.reload();
  await expect(train.runs).toContainText("step 40 of 40");
});

test("of two tabs there one trains a run, and the other neither resumes nor deletes it", async ({ vitpad, page, context }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted(LONG);
  await train.pauseRun();
  const other = new TrainPage(await context.newPage());
  await other.openReady(LONG);
  await expect(other.runs).toHaveCount(1);
  await expect(other.page.getByTestId("delete")).toBeDisabled();
  await expect(other.page.getByTestId("resume")).toBeHidden();
  await expect(other.offer).toBeHidden();
  await page.close();
  await other.page.reload();
  await other.page.getByTestId("resume-yes").click();
  await other.expectSteps(4);
});

test("Chinese has its own words for it", async ({ vitpad, page }) => {
  await vitpad.openReady("?lang=zh&device=webgpu");
  await expect(vitpad.reason).toHaveText("此网址是 http：浏览器在这里没有 GPU 可用；请改用 https 或 localhost。");
  await expect(page.getByTestId("notice")).toHaveText(await vitpad.reason.innerText());
});
