import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures.js";

const [READING, TRAINING] = ["../../README.md", "../../src/api/README.md"].map(exampleOf);

/** @param {string} file */
function exampleOf(file) {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  const found = /```html\n([\s\S]*?)```/.exec(text);
  if (!found) throw new Error(`${file} has no example`);
  return found[1];
}

/**
 * @param {import("@playwright/test").Page} page
 * @param {string} body
 */
async function run(page, body) {
  await page.route("**/example.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/example.html");
}

test("the README's example of reading reads a seven", async ({ page }) => {
  await run(page, READING);
  await expect(page.locator("body")).toHaveText(/^\s*7 \(\d+\.\d %, \d+\.\d ms\)\s*$/);
});

test("the API's example of training trains an epoch", async ({ page }) => {
  await run(page, TRAINING);
  const done = /^step 10 of 10: loss \d\.\d{3}, test accuracy \d+\.\d %$/;
  await expect(page.locator("body")).toHaveText(done, { timeout: 50_000 });
});
