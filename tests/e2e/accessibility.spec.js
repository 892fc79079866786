import { AxeBuilder } from "@axe-core/playwright";
import { expect, test } from "./fixtures.js";

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test.describe(`in ${colorScheme} colours`, () => {
    test.use({ colorScheme });

    test("axe finds nothing serious on the empty page", async ({ vitpad, page }) => {
      await vitpad.openReady();
      expect(await seriousViolations(page)).toEqual([]);
    });

    test("axe finds nothing serious beside an answer and a notice", async ({ vitpad, page }) => {
      await vitpad.openReady("?device=none");
      await vitpad.draw(8);
      await vitpad.expectAnswer(8);
      expect(await seriousViolations(page)).toEqual([]);
    });

    test("axe finds nothing serious in what the privacy line opens", async ({ vitpad, page }) => {
      await vitpad.openReady("?device=cpu");
      await page.getByTestId("privacy").locator("summary").click();
      await expect(page.getByTestId("privacy-policies").locator("code")).toHaveCount(3);
      expect(await seriousViolations(page)).toEqual([]);
    });

    test("axe finds nothing serious beside an error", async ({ vitpad, page, provoked }) => {
      provoked.push(/default\.safetensors/);
      await page.route("**/default.safetensors", (route) => route.abort());
      await vitpad.open();
      await expect(page.getByTestId("error")).toBeVisible();
      expect(await seriousViolations(page)).toEqual([]);
    });
  });
}

test("the bars do not move where motion is to be reduced", async ({ vitpad, page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await vitpad.openReady();
  const duration = await page
    .locator(".bar-fill")
    .first()
    .evaluate((bar) => getComputedStyle(bar).transitionDuration);
  expect(duration).toBe("0s");
});

/** @param {import("@playwright/test").Page} page */
async function seriousViolations(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`);
}
