import { expect, test } from "./fixtures.js";
import { othersOf, place, templateOf } from "./strokes.js";

test("every digit is read from pointer strokes", async ({ vitpad }) => {
  await vitpad.openReady();
  for (let digit = 0; digit <= 9; digit++) {
    await test.step(`a ${digit}`, async () => {
      await vitpad.draw(digit);
      await vitpad.expectAnswer(digit);
      await vitpad.clear();
      await vitpad.expectNoAnswer();
    });
  }
});

/** @type {{ hand: string, lineWidth?: string, how?: import("./strokes.js").Hand }[]} */
const HANDS = [
  { hand: "thick", lineWidth: "34" },
  { hand: "thin", lineWidth: "9" },
  { hand: "small", lineWidth: "10", how: { scale: 0.35 } },
  { hand: "large", how: { scale: 1.2 } },
  { hand: "off-centre", how: { scale: 0.6, x: 0.25, y: 0.7 } },
  { hand: "slightly rotated", how: { degrees: 10 } },
];

for (const { hand, lineWidth, how } of HANDS) {
  test(`digits drawn ${hand} are read`, async ({ vitpad }) => {
    await vitpad.openReady();
    if (lineWidth) await vitpad.setLineWidth(lineWidth);
    for (const digit of [2, 3, 5, 8]) {
      await vitpad.draw(digit, how);
      await vitpad.expectAnswer(digit);
      await vitpad.clear();
      await vitpad.expectNoAnswer();
    }
  });
}

for (let digit = 0; digit <= 9; digit++) {
  test(`other ways to write a ${digit} are read`, async ({ vitpad }) => {
    await vitpad.openReady();
    for (const { name, strokes } of othersOf(digit)) {
      await test.step(name, async () => {
        await vitpad.drawStrokes(strokes);
        await vitpad.expectAnswer(digit);
        await vitpad.clear();
        await vitpad.expectNoAnswer();
      });
    }
  });
}

test("the answer comes while the stroke is still being drawn", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.moveTo([0.5, 0.2]);
  await page.mouse.down();
  await vitpad.moveTo([0.5, 0.8], 12);
  await expect(vitpad.answer).toHaveText(/^\d$/);
  await page.mouse.up();
});

test("an answer comes with its probabilities, time and the pixels that the model saw", async ({ vitpad, page }) => {
  await vitpad.openReady();
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await expect(page.getByTestId("latency")).toHaveText(/^\d+\.\d\sms$/);
  const bars = page.getByTestId("probabilities").getByRole("listitem");
  await expect(bars).toHaveText(Array.from({ length: 10 }, (_, digit) => new RegExp(`^${digit}.*\\d\\s%$`)));
  const lit = await page.getByTestId("seen").evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) throw new Error("not a canvas");
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, 28, 28).data ?? [];
    return Array.from(pixels).filter((value, i) => i % 4 === 0 && value > 128).length;
  });
  // Some stroke, and more background.
  expect(lit).toBeGreaterThan(30);
  expect(lit).toBeLessThan(300);
});

test("at most one request is in flight, and what changes meanwhile makes one more", async ({ vitpad, page }) => {
  await page.addInitScript(countRequests);
  await vitpad.openReady();
  await vitpad.draw(8);
  await vitpad.expectAnswer(8);
  await vitpad.clear();
  await vitpad.moveTo([0.5, 0.2]);
  await page.mouse.down();
  const { before, after } = await vitpad.pad.evaluate(moveFiftyTimesAtOnce);
  await page.mouse.up();
  await vitpad.expectAnswer(1);
  expect(before.most).toBe(1);
  expect(before.sent).toBeGreaterThan(1);
  // One may have been under way for the first point.
  expect(after.sent - before.sent).toBeLessThanOrEqual(2);
  expect(after.most).toBe(1);
});

test("the drawing survives a change of the window's size", async ({ vitpad, page }) => {
  const [angle, stem] = place(templateOf(4));
  await vitpad.openReady();
  await vitpad.drawStroke(angle);
  await page.setViewportSize({ width: 480, height: 800 });
  // Only together, in the same coordinates, are they a four.
  await vitpad.drawStroke(stem);
  await vitpad.expectAnswer(4);
});

test("noise in what a canvas gives back, as some browsers add, changes no answer", async ({ vitpad, page }) => {
  await page.addInitScript(() => {
    CanvasRenderingContext2D.prototype.getImageData = (_x, _y, width, height) => {
      const noise = new ImageData(width, height);
      return (noise.data.forEach((_, i) => (noise.data[i] = 256 * Math.random())), noise);
    };
    HTMLCanvasElement.prototype.toDataURL = () => "data:,noise";
  });
  await vitpad.openReady("?device=cpu");
  for (let digit = 0; digit <= 9; digit++) {
    await vitpad.draw(digit);
    await vitpad.expectAnswer(digit);
    await vitpad.clear();
    await vitpad.expectNoAnswer();
  }
});

test("a picture from a canvas may have some noise, and so may a blank one", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  const drawings = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => place(templateOf(digit)));
  const read = await page.evaluate(readNoisyPictures, [...drawings, []]);
  expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, null]);
});

/**
 * Runs in the page: the API reads each drawing from a canvas, 3 of 255 off here and there.
 * @param {import("./strokes.js").Point[][][]} drawings
 * @returns {Promise<(number | null)[]>}
 */
async function readNoisyPictures(drawings) {
  const file = "/cpu.js";
  const { default: init, Classifier } = await import(file);
  await init();
  const weights = new Uint8Array(await (await fetch("/weights/default.safetensors")).arrayBuffer());
  const classifier = await Classifier.load({ device: "cpu", weights });
  const context = new OffscreenCanvas(280, 280).getContext("2d");
  if (!context) throw new Error("no canvas");
  Object.assign(context, { lineWidth: 20, lineCap: "round", lineJoin: "round" });
  const digits = [];
  for (const strokes of drawings) {
    context.clearRect(0, 0, 280, 280);
    context.beginPath();
    for (const stroke of strokes) stroke.forEach(([x, y], i) => (i === 0 ? context.moveTo(280 * x, 280 * y) : context.lineTo(280 * x, 280 * y)));
    context.stroke();
    const image = context.getImageData(0, 0, 280, 280);
    image.data.forEach((value, i) => (image.data[i] = value + Math.round(6 * Math.random() - 3)));
    digits.push((await classifier.classify(image))?.digit ?? null);
  }
  return digits;
}

/** Runs in the page before its scripts: watches what goes to the worker and comes back. */
function countRequests() {
  const counts = { open: 0, most: 0, sent: 0, pointer: 0 };
  Reflect.set(window, "requestCounts", counts);
  addEventListener("pointerdown", ({ pointerId }) => (counts.pointer = pointerId), { capture: true });
  const classifyIds = new Set();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ options) {
    if (message.type === "classify") {
      classifyIds.add(message.id);
      counts.sent += 1;
      counts.most = Math.max(counts.most, ++counts.open);
    }
    post.call(this, message, options);
  };
  const OriginalWorker = Worker;
  window.Worker = class extends OriginalWorker {
    constructor(/** @type {string | URL} */ url, /** @type {WorkerOptions | undefined} */ options) {
      super(url, options);
      this.addEventListener("message", ({ data }) => {
        if (classifyIds.delete(data.id)) counts.open -= 1;
      });
    }
  };
}

/**
 * Runs in the page, faster than any model: a line downwards by the pointer that is down.
 * @param {Element} pad
 */
async function moveFiftyTimesAtOnce(pad) {
  const counts = Reflect.get(window, "requestCounts");
  const before = { ...counts };
  const { left, top, width, height } = pad.getBoundingClientRect();
  for (let i = 1; i <= 50; i++) {
    const clientY = top + height * (0.2 + i * 0.012);
    pad.dispatchEvent(
      new PointerEvent("pointermove", { pointerId: counts.pointer, clientX: left + width / 2, clientY }),
    );
  }
  while (counts.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return { before, after: { ...counts } };
}
