/**
 * Draws a digit on the built page and trains for a while, and takes pictures, wide and narrow,
 * light and dark: `npm run screenshots -- FOLDER`.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { launchOptions, ORIGIN, startServer } from "./browser.js";
import { VitpadPage } from "./page.js";
import { TrainPage } from "./trainpage.js";

const SIZES = [
  { name: "wide", width: 1400, height: 900 },
  { name: "phone", width: 360, height: 740 },
];
const DIGIT = 7;

/** A run that has something to show after half a minute. */
const RUN = "images=1280&batch=32&epochs=4&learning_rate=0.003&warmup=40&layers=2&train-device=cpu";

const folder = process.argv[2] ?? fileURLToPath(new URL("report/screenshots", import.meta.url));
mkdirSync(folder, { recursive: true });

const server = await startServer();
const browser = await chromium.launch(launchOptions({ softwareWebGpu: false }));
try {
  for (const { name, width, height } of SIZES) {
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      const page = await browser.newPage({ baseURL: ORIGIN, viewport: { width, height }, colorScheme });
      const vitpad = new VitpadPage(page);
      await vitpad.openReady();
      await vitpad.draw(DIGIT);
      await vitpad.expectAnswer(DIGIT);
      await page.mouse.move(0, 0);
      await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
      await page.close();

      const training = await browser.newPage({ baseURL: ORIGIN, viewport: { width, height }, colorScheme });
      const train = new TrainPage(training);
      await train.openReady(RUN);
      await training.screenshot({ path: `${folder}/training-idle-${name}-${colorScheme}.png`, fullPage: true });
      await train.start.click();
      await train.drawLine();
      await training.getByTestId("confusion").waitFor();
      await train.expectSteps(90);
      await training.evaluate(() => scrollTo(0, 0));
      await training.screenshot({ path: `${folder}/training-${name}-${colorScheme}.png`, fullPage: true });
      await training.close();
    }
  }
} finally {
  await browser.close();
  server.kill();
}
