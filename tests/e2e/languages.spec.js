import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** @type {Record<string, any>[]} */
const [english, chinese] = await Promise.all(["en", "zh"].map(readWords));

/** English texts that are others in Chinese. */
const ENGLISH = new Set(
  Object.entries(english)
    .filter(([key, words]) => typeof words === "string" && words !== chinese[key])
    .map(([, words]) => words),
);

test("the address chooses Chinese, and nothing of the drawing page is English", async ({ vitpad, page }) => {
  await vitpad.openReady("?lang=zh&device=cpu");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await expect(page).toHaveTitle(chinese["page.title"]);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await expect(page.getByTestId("confidence")).toHaveText(/^[\d.]+% 的把握$/);
  await page.getByTestId("correct-7").click();
  await expect(page.getByTestId("correct")).toContainText("已作为 7 存入“我的数字”，共 1 个");
  expect(await englishTexts(page)).toEqual([]);
});

test("a run in Chinese, its errors too", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await page.goto(`./?tab=train&lang=zh&${SMALL}`);
  await expect(train.start).toBeEnabled();
  await page.getByTestId("all-hyperparameters").locator("summary").first().click();
  await page.getByTestId("field-width").fill("33");
  await expect(page.getByTestId("form")).toContainText("的值为");
  await page.getByTestId("back-width").click();
  await train.start.click();
  await expect(train.status).toHaveText("已完成", { timeout: 60_000 });
  await expect(page.getByTestId("run")).toContainText("测试");
  expect(await englishTexts(page)).toEqual([]);
});

test("the other language is a link that keeps the rest of the address", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu&model=reference");
  await page.getByTestId("language-zh").click();
  await expect(page.getByTestId("clear")).toContainText("清空");
  expect(new URL(page.url()).search).toBe("?device=cpu&model=reference&lang=zh");
  await page.getByTestId("language-en").click();
  await expect(page.getByTestId("clear")).toContainText("Clear");
});

test.describe("a browser in Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("is answered in Chinese", async ({ vitpad, page }) => {
    await vitpad.openReady("?device=cpu");
    await expect(page.getByTestId("clear")).toContainText("清空");
  });
});

test("a browser that names no language at all gets English, charts included", async ({ vitpad, page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "language", { get: () => "C" });
    Object.defineProperty(Navigator.prototype, "languages", { get: () => ["C"] });
  });
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.start.click();
  await expect(train.status).toHaveText("Finished", { timeout: 60_000 });
  await expect(page.getByTestId("loss-chart").locator("canvas")).toBeVisible();
});

/**
 * Playwright takes modules of www/ for CommonJS.
 *
 * @param {string} language
 */
async function readWords(language) {
  const source = readFileSync(new URL(`../../www/words/${language}.js`, import.meta.url), "utf8");
  return (await import(`data:text/javascript,${encodeURIComponent(source)}`)).default;
}

/**
 * @param {import("@playwright/test").Page} page
 * @returns {Promise<string[]>} what is still English on it, for the eye or for screen readers
 */
async function englishTexts(page) {
  const texts = await page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { currentNode: node } = walker;
      if (node instanceof Element) found.push(node.ariaLabel, node.getAttribute("placeholder"), node.getAttribute("title"));
      else if (node.parentElement?.localName !== "noscript") found.push(node.textContent);
    }
    return found.map((text) => text?.trim() ?? "");
  });
  return texts.filter((text) => ENGLISH.has(text) || /[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(text));
}
