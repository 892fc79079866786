import { readFileSync } from "node:fs";
import { expect, test } from "./fixtures.js";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the README's example runs, and reads a seven", async ({ page }) => {
  const [, body] = README.match(/```html\n([\s\S]*?)```/) ?? [];
  await page.route("**/example.html", (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto("/example.html");
  await expect(page.locator("body")).toHaveText(/^\s*7 \(\d+\.\d %, \d+\.\d ms\)\s*$/);
});
