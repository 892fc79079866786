import { expect, test } from "./fixtures.js";

test("undo takes strokes back one by one", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(4);
  await vitpad.expectAnswer(4);
  await vitpad.drawStroke([[0.1, 0.9], [0.9, 0.9]]);
  await page.getByTestId("undo").click();
  await vitpad.expectAnswer(4);
  // As often as there may be strokes: with nothing left it does nothing.
  for (let i = 0; i < 4; i++) await page.getByTestId("undo").click();
  await vitpad.expectNoAnswer();
});

test("clear empties the pad, and undo brings the drawing back", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(6);
  await vitpad.expectAnswer(6);
  await page.getByTestId("clear").click();
  await vitpad.expectNoAnswer();
  expect(await vitpad.inkShare()).toBe(0);
  await page.getByTestId("undo").click();
  await vitpad.expectAnswer(6);
});

test("keys clear and undo", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(7);
  for (const [clear, undo] of [["c", "z"], ["Escape", "Control+z"]]) {
    await vitpad.expectAnswer(7);
    await page.keyboard.press(clear);
    await vitpad.expectNoAnswer();
    await page.keyboard.press(undo);
  }
  await vitpad.expectAnswer(7);
});

test("undo is on the key of Z where the keyboard writes another script, and on Z where that is elsewhere", async ({ vitpad }) => {
  await vitpad.openReady();
  for (const keys of [
    { key: "я", code: "KeyZ", ctrlKey: true },
    { key: "я", code: "KeyZ" },
    { key: "z", code: "KeyW", ctrlKey: true },
  ]) {
    await vitpad.draw(3);
    await vitpad.expectAnswer(3);
    await vitpad.pad.dispatchEvent("keydown", keys);
    await vitpad.expectNoAnswer();
  }
});

test("letters alone do nothing away from the pad, where they may be dictated", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  const ink = await vitpad.inkShare();
  await page.getByTestId("tab-draw").focus();
  for (const letter of ["c", "z"]) await page.keyboard.press(letter);
  expect(await vitpad.inkShare()).toBe(ink);
  await page.keyboard.press("Control+z");
  await vitpad.expectNoAnswer();
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await vitpad.pad.focus();
  await page.keyboard.press("c");
  await vitpad.expectNoAnswer();
});

test("a digit can be drawn, read and cleared with the keyboard alone", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(vitpad.pad).toBeFocused();
  await page.keyboard.press("Space");
  for (let i = 0; i < 15; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await vitpad.expectAnswer(1);
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("undo")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await vitpad.expectNoAnswer();
});

test("every control is reached with the Tab key", async ({ vitpad, page }) => {
  await vitpad.openReady();
  for (const name of ["tab-draw", "pad", "undo", "clear", "line-width", "device-select", "model-select"]) {
    await page.keyboard.press("Tab");
    await expect(page.getByTestId(name)).toBeFocused();
  }
});

test("the answer is announced once the drawing rests", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(2);
  await expect(page.getByTestId("announcement")).toHaveText(/^2, /);
});

test("the pointer that leaves the pad goes on drawing, another button does not", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.drawStroke([[0.5, 0.5], [1.3, 0.5], [0.5, 0.7]]);
  await expect(vitpad.answer).toHaveText(/^\d$/);
  await vitpad.clear();
  await vitpad.moveTo([0.5, 0.5]);
  await page.mouse.down({ button: "middle" });
  await vitpad.moveTo([0.7, 0.7]);
  await page.mouse.up({ button: "middle" });
  expect(await vitpad.inkShare()).toBe(0);
  await vitpad.expectNoAnswer();
});
