import { expect, test } from "./fixtures.js";
import { place, templateOf } from "./strokes.js";

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 });

/** @typedef {import("./page.js").VitpadPage} VitpadPage */
/** @typedef {import("./strokes.js").Point} Point */

test("a finger draws on a phone, and the page does not scroll meanwhile", async ({ vitpad, page }) => {
  await vitpad.openReady();
  const finger = await touch(vitpad);
  for (const stroke of place(templateOf(3))) await finger.draw(stroke);
  await vitpad.expectAnswer(3);
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("a second finger is ignored", async ({ vitpad }) => {
  await vitpad.openReady();
  const finger = await touch(vitpad);
  await finger.send("touchStart", [[0.5, 0.2]]);
  await finger.send("touchStart", [[0.5, 0.2], [0.1, 0.9]]);
  for (const y of [0.35, 0.5, 0.65, 0.8]) await finger.send("touchMove", [[0.5, y], [0.9, 0.9]]);
  await finger.send("touchEnd", []);
  await vitpad.expectAnswer(1);
});

test("a stroke that the system cancels is taken back", async ({ vitpad }) => {
  await vitpad.openReady();
  const finger = await touch(vitpad);
  await finger.send("touchStart", [[0.5, 0.2]]);
  await finger.send("touchMove", [[0.5, 0.5]]);
  await finger.send("touchCancel", []);
  await vitpad.expectNoAnswer();
  expect(await vitpad.inkShare()).toBe(0);
});

test("nothing is wider than the screen, and the answer shows without scrolling", async ({ vitpad, page }) => {
  await vitpad.openReady();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await expect(vitpad.answer).toBeInViewport({ ratio: 0.9 });
});

/**
 * Playwright's own touchscreen only taps.
 * @param {VitpadPage} vitpad
 */
async function touch(vitpad) {
  const session = await vitpad.page.context().newCDPSession(vitpad.page);
  /**
   * @param {"touchStart" | "touchMove" | "touchEnd" | "touchCancel"} type
   * @param {Point[]} fingers
   */
  const send = async (type, fingers) => {
    const points = await vitpad.toViewport(...fingers);
    await session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  };
  return {
    send,
    /** @param {Point[]} stroke */
    async draw([start, ...rest]) {
      await send("touchStart", [start]);
      for (const point of rest) await send("touchMove", [point]);
      await send("touchEnd", []);
    },
  };
}
