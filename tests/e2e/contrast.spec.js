/** Contrast themes of Windows, which replace every background. */
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** @typedef {import("@playwright/test").Page} Page */
/** @typedef {import("@playwright/test").Locator} Locator */

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test.describe(`in a ${colorScheme} contrast theme`, () => {
    test.beforeEach(({ page }) => page.emulateMedia({ colorScheme, forcedColors: "active", reducedMotion: "reduce" }));

    test("bars, the line and the open tab can be told from what is around them", async ({ vitpad, page }) => {
      await vitpad.openReady("?device=cpu");
      await vitpad.draw(8);
      await vitpad.expectAnswer(8);
      const bar = await boxOf(page.locator(".is-answer .bar-fill"));
      const sample = await boxOf(page.getByTestId("line-sample"));
      const [open, other] = [await boxOf(page.getByTestId("tab-draw")), await boxOf(page.getByTestId("tab-train"))];
      const colors = await colorsAt(page, [
        [bar.x + 4, bar.y + bar.height / 2],
        [bar.x + 4, bar.y - 2],
        [sample.x + sample.width / 2, sample.y + sample.height / 2],
        [sample.x - 4, sample.y + sample.height / 2],
        [open.x + 5, open.y + open.height / 2],
        [other.x + 5, other.y + other.height / 2],
      ]);
      for (const i of [0, 2, 4]) expect(colors[i]).not.toBe(colors[i + 1]);
      // Ink on paper.
      expect(await vitpad.inkShare()).toBeGreaterThan(0);
    });

    test("cells of the confusion matrix and keys of the legend differ", async ({ vitpad, page }) => {
      expect(vitpad).toBeTruthy();
      const train = new TrainPage(page);
      await train.openReady(SMALL);
      await train.finish();
      const cells = page.getByTestId("confusion").locator("td");
      const fullest = await cells.evaluateAll((all) => {
        const shares = all.map((cell) => Number(/** @type {HTMLElement} */ (cell).style.getPropertyValue("--share")));
        return shares.indexOf(Math.max(...shares));
      });
      await cells.nth(fullest).scrollIntoViewIfNeeded();
      const cell = await boxOf(cells.nth(fullest));
      const header = await boxOf(page.getByTestId("confusion").locator("tbody th").nth(Math.floor(fullest / 10)));
      const colors = await colorsAt(page, [[cell.x + 3, cell.y + 3], [header.x + 3, header.y + 3]]);
      expect(colors[0]).not.toBe(colors[1]);
      const keys = await page.getByTestId("legend").locator("li").evaluateAll((all) => all.map((key) => getComputedStyle(key, "::before").borderTopColor));
      expect(new Set(keys).size).toBe(2);
    });
  });
}

/** @param {Locator} element */
async function boxOf(element) {
  const box = await element.boundingBox();
  if (!box) throw new Error("it is not visible");
  return box;
}

/**
 * @param {Page} page
 * @param {[number, number][]} points in pixels of the viewport
 * @returns {Promise<string[]>} the colour that is shown at each
 */
async function colorsAt(page, points) {
  const picture = (await page.screenshot()).toString("base64");
  return page.evaluate(async ({ picture, points }) => {
    const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return points.map(([x, y]) => String(context?.getImageData(x, y, 1, 1).data));
  }, { picture, points });
}
