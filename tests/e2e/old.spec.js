/** Browsers as old as the page says that it works in: what came later is taken away, on the page and in workers. */
import { expect, test } from "./fixtures.js";
import { SMALL, TrainPage } from "./trainpage.js";

/** Later than Chrome 97, Firefox 114 or Safari 16.4. */
const LATER = [
  "Promise.withResolvers", "Promise.try", "URL.parse", "URL.canParse", "Array.fromAsync", "Object.groupBy", "Map.groupBy",
  "AbortSignal.any", "AbortSignal.timeout", "Array.prototype.toSorted", "Array.prototype.toReversed", "Array.prototype.toSpliced",
  "Array.prototype.with", "Float32Array.prototype.__proto__.toSorted", "Set.prototype.union", "Set.prototype.intersection",
  "Set.prototype.difference", "Set.prototype.isSubsetOf", "Iterator.prototype.map", "Iterator.prototype.filter",
  "Iterator.prototype.toArray", "Uint8Array.fromBase64", "ArrayBuffer.prototype.transfer", "RegExp.escape", "Math.f16round",
  "globalThis.structuredClone", "globalThis.scheduler", "globalThis.CompressionStream", "PointerEvent.prototype.getCoalescedEvents",
];
const TAKE_AWAY = LATER.map((name) => `try { delete ${name}; } catch {}`).join("\n");

test.beforeEach(async ({ page }) => {
  await page.addInitScript(TAKE_AWAY);
  await page.context().route("**/taken-away.js", (route) => route.fulfill({ contentType: "text/javascript", body: TAKE_AWAY }));
  await page.context().route(/worker\.js$/, async (route) => {
    const response = await route.fetch();
    // Before all that it imports.
    await route.fulfill({ response, body: `import "./taken-away.js";\n${await response.text()}` });
  });
});

test("a browser from years ago draws, trains, keeps the run and resumes it", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  expect(await page.evaluate(() => "withResolvers" in Promise)).toBe(false);
  expect(await page.workers()[0].evaluate(() => "withResolvers" in Promise || "toSorted" in Array.prototype)).toBe(false);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await page.getByTestId("correct-7").click();
  await expect(page.getByTestId("correct")).toContainText("1 in all");
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await page.reload();
  await expect(train.runs).toContainText("step 40 of 40");
  await page.getByTestId("export-float32").first().click();
  await expect(page.getByTestId("runs-error")).toHaveText("");
});
