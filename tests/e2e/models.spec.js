/** Models of other shapes than the shipped ones: what can be read with them is, and the rest is refused in words. */
import { expect, test } from "./fixtures.js";

/** @type {{ side: number, classes: number }[]} */
const SHAPES = [
  { side: 14, classes: 10 },
  { side: 32, classes: 12 },
];

for (const { side, classes } of SHAPES) {
  test(`a model of ${side} x ${side} pixels and ${classes} classes reads what is drawn`, async ({ vitpad, page }) => {
    await vitpad.openReady("?device=cpu");
    const weights = Buffer.from(await page.evaluate(makeWeights, { side, classes }));
    await page.route("**/default.safetensors", (route) => route.fulfill({ body: weights }));
    await vitpad.openReady("?device=cpu");
    await vitpad.draw(7);
    await expect(vitpad.answer).toHaveText(/^\d+$/);
    await expect(page.getByTestId("probabilities").getByRole("listitem")).toHaveCount(classes);
    const shares = await page.getByTestId("probabilities").locator(".bar-value").allTextContents();
    const sum = shares.reduce((total, share) => total + Number.parseFloat(share), 0);
    expect(Math.abs(sum - 100)).toBeLessThan(1);
  });
}

/**
 * Runs in the page: fresh weights of a small model.
 *
 * @param {{ side: number, classes: number }} shape
 * @returns {Promise<number[]>} the bytes of a file
 */
async function makeWeights({ side, classes }) {
  const file = new URL("cpu.js", document.baseURI).href;
  const { default: init, DataSet, Trainer, writeIdx } = await import(file);
  await init();
  const labels = new Uint8Array(20);
  const pair = writeIdx({ pixels: new Uint8Array(20 * side * side), labels, rows: side, columns: side });
  const config = { image_size: side, patch_size: side / 2, classes, width: 16, heads: 2, layers: 1, hidden: 32 };
  const trainer = await Trainer.create({ device: "cpu", data: DataSet.fromIdx(pair), config });
  return Array.from(await trainer.weights());
}
