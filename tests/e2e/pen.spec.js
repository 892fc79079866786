/** A pen and the palm of the hand that holds it, as tablets report them. */
import { expect, test } from "./fixtures.js";
import { templateOf } from "./strokes.js";

/** @typedef {import("./page.js").VitpadPage} VitpadPage */
/** @typedef {import("./strokes.js").Point} Point */

const PALM = { pointerId: 1, pointerType: "touch", width: 60, height: 60 };
const PEN = { pointerId: 2, pointerType: "pen" };
const [SEVEN] = templateOf(7).strokes;

test("a pen takes over from the palm that landed before it, and the palm's mark goes", async ({ vitpad }) => {
  await vitpad.openReady();
  await send(vitpad, "pointerdown", PALM, [0.9, 0.9]);
  await expect.poll(() => vitpad.inkShare()).toBeGreaterThan(0);
  const [start, ...rest] = SEVEN;
  const half = Math.ceil(rest.length / 2);
  await send(vitpad, "pointerdown", PEN, start);
  for (const point of rest.slice(0, half)) await send(vitpad, "pointermove", PEN, point);
  await send(vitpad, "pointercancel", PALM, [0.9, 0.9]);
  for (const point of rest.slice(half)) await send(vitpad, "pointermove", PEN, point);
  await send(vitpad, "pointerup", PEN, SEVEN[SEVEN.length - 1]);
  await vitpad.expectAnswer(7);
});

test("a palm that lands with the pen, or right after it, draws nothing", async ({ vitpad }) => {
  await vitpad.openReady();
  const [start, ...rest] = SEVEN;
  await send(vitpad, "pointerdown", PEN, start);
  await send(vitpad, "pointerdown", PALM, [0.9, 0.9]);
  for (const point of rest) await send(vitpad, "pointermove", PEN, point);
  await send(vitpad, "pointerup", PEN, SEVEN[SEVEN.length - 1]);
  await send(vitpad, "pointerup", PALM, [0.9, 0.9]);
  await vitpad.expectAnswer(7);
  const ink = await vitpad.inkShare();
  await vitpad.pad.evaluate((pad) => {
    const { right, bottom } = pad.getBoundingClientRect();
    const at = { bubbles: true, clientX: right - 20, clientY: bottom - 20 };
    // In one task, however busy the machine is.
    pad.dispatchEvent(new PointerEvent("pointermove", { ...at, pointerId: 2, pointerType: "pen" }));
    for (const name of ["pointerdown", "pointerup"]) pad.dispatchEvent(new PointerEvent(name, { ...at, pointerId: 3, pointerType: "touch" }));
  });
  expect(await vitpad.inkShare()).toBe(ink);
});

test("touches on the pad are no gestures, nor handwriting to the system", async ({ vitpad }) => {
  await vitpad.openReady();
  const isPrevented = await vitpad.pad.evaluate((pad) => !pad.dispatchEvent(new Event("touchmove", { bubbles: true, cancelable: true })));
  expect(isPrevented).toBe(true);
});

/**
 * @param {VitpadPage} vitpad
 * @param {string} name of the event
 * @param {{ pointerId: number, pointerType: string, width?: number, height?: number }} pointer
 * @param {Point} at in the unit square
 */
async function send(vitpad, name, pointer, [x, y]) {
  const event = { name, pointer, x, y };
  await vitpad.pad.evaluate((pad, { name, pointer, x, y }) => {
    const { left, top, width, height } = pad.getBoundingClientRect();
    // There is no such pointer.
    pad.setPointerCapture = () => {};
    const at = { clientX: left + x * width, clientY: top + y * height };
    pad.dispatchEvent(new PointerEvent(name, { bubbles: true, cancelable: true, pressure: 0.5, ...pointer, ...at }));
  }, event);
}
