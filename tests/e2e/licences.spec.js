import { expect, test } from "./fixtures.js";

test("the foot leads to the licences of all that the page holds", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  await page.getByTestId("licences").click();
  const text = page.locator("body");
  for (const part of [/^burn \d.*: MIT OR Apache-2\.0$/m, /^uPlot \d/m, "The standard library of Rust", "Mozilla Public License"]) {
    await expect(text).toContainText(part);
  }
  // Whatever the server says of its letters.
  await expect(text).toContainText("sarah quiñones");
  for (const own of ["LICENSE-MIT", "LICENSE-APACHE"]) {
    expect((await page.request.get(new URL(own, page.url()).href)).status()).toBe(200);
  }
});
