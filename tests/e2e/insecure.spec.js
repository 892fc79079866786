/** The page from http on another name than localhost, as from a phone on the local network. */
import { launchOptions, PORT } from "./browser.js";
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

const options = launchOptions({ softwareWebGpu: false });
test.use({
  baseURL: `http://vitpad.test:${PORT}/`,
  launchOptions: { ...options, args: [...(options.args ?? []), "--host-resolver-rules=MAP vitpad.test 127.0.0.1"] },
});

const SENTENCE = "This address is http: the browser keeps nothing and has no GPU here; use https or localhost.";

test("the drawing page says what it can't have there, and reads", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=webgpu");
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(page.getByTestId("notice")).toHaveText(SENTENCE);
  await expect(vitpad.reason).toHaveText(SENTENCE);
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("correct-3").click();
  await expect(page.getByTestId("correct")).toContainText(`It could not be kept: ${SENTENCE}`);
  await page.getByTestId("device-select").selectOption("cpu");
  await vitpad.expectReady();
  await expect(page.getByTestId("notice")).toHaveText(SENTENCE);
});

test("the training page says what it can't have there, and trains", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(SMALL.replace("device=cpu", "device=webgpu"));
  await expect(page.getByTestId("mine-error")).toHaveText(SENTENCE);
  await train.finish();
  await expect(page.getByTestId("train-reason")).toHaveText(SENTENCE);
  await expect(page.getByTestId("storage-problem")).toHaveText(`${SENTENCE} Training goes on.`);
  await expect(page.getByTestId("may-be-cleared")).toHaveText("");
});

test("Chinese has its own words for it", async ({ vitpad, page }) => {
  await vitpad.openReady("?lang=zh&device=webgpu");
  await expect(vitpad.reason).toHaveText("此网址是 http：浏览器在这里不保存任何内容，也没有 GPU 可用；请改用 https 或 localhost。");
  await expect(page.getByTestId("notice")).toHaveText(await vitpad.reason.innerText());
});
