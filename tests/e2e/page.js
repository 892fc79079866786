import { expect } from "@playwright/test";
import { place, templateOf } from "./strokes.js";

/** @typedef {import("@playwright/test").Page} Page */
/** @typedef {import("./strokes.js").Hand} Hand */
/** @typedef {import("./strokes.js").Point} Point */

/** The page as a person sees it. */
export class VitpadPage {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.pad = page.getByTestId("pad");
    this.answer = page.getByTestId("answer");
    this.device = page.getByTestId("device");
    this.reason = page.getByTestId("reason");
    this.retry = page.getByTestId("retry");
  }

  /** @param {string} [address] relative to the server */
  async open(address = "./") {
    await this.page.goto(address);
  }

  /** @param {string} [address] */
  async openReady(address) {
    await this.open(address);
    await this.expectReady();
  }

  async expectReady() {
    await expect(this.device).toHaveText(/^(WebGPU|CPU|ndarray)/);
    await expect(this.page.getByTestId("status")).toHaveText("");
  }

  /**
   * @param {Point[]} points in the unit square
   * @returns {Promise<Point[]>} in pixels of the viewport
   */
  async toViewport(...points) {
    const box = await this.pad.boundingBox();
    if (!box) throw new Error("the pad is not visible");
    return points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
  }

  /**
   * @param {Point} point in the unit square
   * @param {number} [steps]
   */
  async moveTo(point, steps = 1) {
    const [[x, y]] = await this.toViewport(point);
    await this.page.mouse.move(x, y, { steps });
  }

  /** @param {Point[]} stroke in the unit square */
  async drawStroke(stroke) {
    const { mouse } = this.page;
    const [start, ...rest] = await this.toViewport(...stroke);
    await mouse.move(...start);
    await mouse.down();
    if (await this.page.evaluate(() => "getCoalescedEvents" in PointerEvent.prototype)) {
      // Together, as fast pens send them: the browser hands over those of a frame at once.
      await Promise.all(rest.map((point) => mouse.move(...point)));
    } else {
      // On http it hands over only the last.
      for (const point of rest) await mouse.move(...point);
    }
    await mouse.up();
  }

  /**
   * @param {number} digit
   * @param {Hand} [hand]
   */
  async draw(digit, hand) {
    await this.drawStrokes(place(templateOf(digit), hand));
  }

  /** @param {Point[][]} strokes in the unit square */
  async drawStrokes(strokes) {
    for (const stroke of strokes) await this.drawStroke(stroke);
  }

  async clear() {
    await this.page.getByTestId("clear").click();
  }

  /** @returns {Promise<number>} how much of the pad is covered */
  async inkShare() {
    return this.pad.evaluate(async (canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error("not a canvas");
      // Changes show with the next frame.
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let covered = 0;
      for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 128) covered += 1;
      return (4 * covered) / pixels.length;
    });
  }

  /** @param {number} digit */
  async expectAnswer(digit) {
    await expect(this.answer).toHaveText(String(digit));
  }

  async expectNoAnswer() {
    await expect(this.answer).toHaveText("");
    await expect(this.page.getByTestId("latency")).toHaveText("–");
  }

  /** @param {string} width in units of the pad, which is 280 wide */
  async setLineWidth(width) {
    await this.page.getByTestId("line-width").fill(width);
  }
}
