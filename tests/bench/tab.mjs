/** One library at one task, in a browser of its own: another's crash or memory is not its. */
import { chromium } from "@playwright/test";
import { launchOptions } from "../e2e/browser.js";
import { countGpuWork } from "./gpu.mjs";

/** @typedef {import("./types.js").Task} Task */
/** @typedef {{ milliseconds: number, value: number }} Step */

/** Shorter steps are timed together, since the clock of a page ticks every 0.1 ms. */
const SHORTEST = { milliseconds: 3 };

export class Tab {
  /** @type {string | null} The last error that the page logged: it may be why nothing comes. */
  #logged = null;
  #limit;
  #browser;
  #page;

  /**
   * @param {import("@playwright/test").Browser} browser
   * @param {import("@playwright/test").Page} page
   * @param {number} limit seconds, for any one call
   */
  constructor(browser, page, limit) {
    this.#browser = browser;
    this.#page = page;
    this.#limit = limit;
    page.on("pageerror", (error) => (this.#logged = error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.#logged = message.text();
    });
  }

  /** @param {string} url of page.html @param {number} limit */
  static async open(url, limit) {
    const browser = await chromium.launch(launchOptions({ softwareWebGpu: true }));
    const page = await browser.newPage();
    await page.addInitScript(countGpuWork);
    await page.goto(url);
    return new Tab(browser, page, limit);
  }

  /** @param {string} library @param {Task} task @returns {Promise<number>} its number of parameters */
  create(library, task) {
    return this.#within(
      this.#page.evaluate(
        async ({ library, task }) => {
          const { create } = await import(`${location.origin}/tests/bench/libraries/${library}.js`);
          const timed = await create(task);
          Object.assign(globalThis, { timed });
          return timed.parameters;
        },
        { library, task },
      ),
    );
  }

  /** @param {number} count @returns {Promise<Step[]>} what a step took, or several on average */
  step(count) {
    return this.#within(
      this.#page.evaluate(
        async ({ count, shortest }) => {
          const { timed } = /** @type {any} */ (globalThis);
          const steps = [];
          for (let step = 0; step < count; ) {
            const start = performance.now();
            const first = step;
            let value, passed;
            do {
              value = await timed.step();
              step += 1;
              passed = performance.now() - start;
              if (!Number.isFinite(value)) throw new Error(`a step came to ${value}`);
            } while (passed < shortest && step < count);
            steps.push({ milliseconds: passed / (step - first), value });
          }
          return steps;
        },
        { count, shortest: SHORTEST.milliseconds },
      ),
    );
  }

  /** @returns {Promise<import("./types.js").GpuWork>} what was asked of WebGPU until now */
  gpuWork() {
    return this.#within(this.#page.evaluate(() => ({ .../** @type {any} */ (globalThis).gpuWork })));
  }

  /** @returns {Promise<number>} milliseconds since WebGPU first gave an adapter, or NaN */
  sinceAdapter() {
    return this.#within(this.#page.evaluate(() => performance.now() - /** @type {any} */ (globalThis).gpuWork.adapterAt));
  }

  close() {
    return this.#browser.close();
  }

  /** @template T @param {Promise<T>} work @returns {Promise<T>} */
  async #within(work) {
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        const logged = this.#logged ? `, and the page logged: ${this.#logged}` : "";
        reject(new Error(`no answer within ${this.#limit} s${logged}`));
      }, 1_000 * this.#limit);
    });
    // Where it comes too late, closing the browser makes it fail.
    work.catch(() => {});
    try {
      return await Promise.race([work, /** @type {Promise<never>} */ (late)]);
    } finally {
      clearTimeout(timer);
    }
  }
}
