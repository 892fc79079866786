import { gzipSync } from "node:zlib";
import { expect } from "@playwright/test";

/** @typedef {import("@playwright/test").Page} Page */

/** A model and a run that any machine finishes within seconds. */
export const SMALL = "width=16&heads=2&layers=1&hidden=32&images=640&batch=32&epochs=2&train-device=cpu";

/** Longer than any test. */
export const LONG = SMALL.replace("epochs=2", "epochs=2000");

/** The training page as a person sees it. */
export class TrainPage {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    this.start = page.getByTestId("start");
    this.pause = page.getByTestId("pause");
    this.stop = page.getByTestId("stop");
    this.status = page.getByTestId("status");
    this.step = page.getByTestId("step");
    this.runs = page.getByTestId("run");
    this.offer = page.getByTestId("resume-offer");
    this.error = page.getByTestId("train-error");
  }

  /** @param {string} [query] as the form writes it */
  async open(query = SMALL) {
    await this.page.goto(`./?tab=train&${query}`);
    await expect(this.status).toHaveText("Ready");
    await expect(this.page.getByTestId("seed")).toHaveValue(/\d/);
  }

  /** @param {string} [query] */
  async openReady(query) {
    await this.open(query);
    await expect(this.start).toBeEnabled();
  }

  /** @param {string} [query] */
  async openStarted(query = LONG) {
    await this.openReady(query);
    await this.start.click();
    await this.expectSteps(3);
  }

  /** @param {number} least */
  async expectSteps(least) {
    await expect.poll(() => this.stepsDone(), { timeout: 60_000 }).toBeGreaterThanOrEqual(least);
  }

  /** @returns {Promise<number>} */
  async stepsDone() {
    const [done] = (await this.step.innerText()).replaceAll(",", "").split(" / ");
    return Number(done) || 0;
  }

  /** Starts what the form says, and waits for its end. */
  async finish() {
    await this.start.click();
    await expect(this.status).toHaveText("Finished", { timeout: 45_000 });
  }

  async pauseRun() {
    await this.pause.click();
    await expect(this.status).toHaveText("Paused");
  }

  /** A line from the upper left to the lower right of the pad. */
  async drawLine() {
    const pad = this.page.getByTestId("live-pad");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error("the pad is not visible");
    await this.page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.2);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.8, { steps: 4 });
    await this.page.mouse.up();
  }

  /** @returns {Promise<string>} what the loss chart tells those who do not see it */
  async describedLoss() {
    return (await this.page.getByTestId("loss-chart").getAttribute("aria-label")) ?? "";
  }
}

/**
 * A pair of IDX files: upright bars, whose place is their label.
 *
 * @param {number} count
 */
export function idxPair(count) {
  const images = Buffer.alloc(16 + 784 * count);
  const labels = Buffer.alloc(8 + count);
  [0x803, count, 28, 28].forEach((value, i) => images.writeUInt32BE(value, 4 * i));
  [0x801, count].forEach((value, i) => labels.writeUInt32BE(value, 4 * i));
  for (let i = 0; i < count; i++) {
    const label = i % 10;
    labels[8 + i] = label;
    for (let row = 4 + (i % 3); row < 24; row++) images.fill(255, 16 + 784 * i + 28 * row + 2 * label + 4, 16 + 784 * i + 28 * row + 2 * label + 7);
  }
  return { images, labels };
}

/**
 * As a person picks them.
 * @param {number} count
 */
export function idxFiles(count) {
  const { images, labels } = idxPair(count);
  return [
    { name: "bars-images-idx3-ubyte.gz", mimeType: "application/gzip", buffer: gzipSync(images) },
    { name: "bars-labels-idx1-ubyte", mimeType: "application/octet-stream", buffer: labels },
  ];
}

/**
 * Four files named as MNIST's, with bars instead of digits.
 *
 * @param {Page} page
 * @param {string} address
 */
export async function serveSet(page, address) {
  const [train, heldOut] = [idxPair(640), idxPair(200)];
  const files = new Map([
    ["train-images-idx3-ubyte.gz", train.images],
    ["train-labels-idx1-ubyte.gz", train.labels],
    ["t10k-images-idx3-ubyte.gz", heldOut.images],
    ["t10k-labels-idx1-ubyte.gz", heldOut.labels],
  ]);
  const headers = { "access-control-allow-origin": "*" };
  await page.context().route(address, (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop() ?? "";
    const body = files.get(name) ?? files.get(`${name}.gz`);
    return route.fulfill(body ? { headers, body: name.endsWith(".gz") ? gzipSync(body) : body } : { status: 404 });
  });
}

/**
 * Drops files on the training page.
 * @param {Page} page
 * @param {{ name: string, text: string }[]} files
 */
export async function dropFiles(page, files) {
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, text } of list) data.items.add(new File([text], name));
    return data;
  }, files);
  await page.getByRole("tabpanel").dispatchEvent("drop", { dataTransfer: transfer });
}
