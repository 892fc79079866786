import { test as base, expect } from "@playwright/test";
import { ORIGIN } from "./browser.js";
import { VitpadPage } from "./page.js";

/**
 * `provoked` lists what a test makes go wrong on purpose: any other error on the console, in the
 * page or in a worker, fails it, and so does any other request to another host.
 *
 * @type {import("@playwright/test").TestType<
 *   import("@playwright/test").PlaywrightTestArgs & import("@playwright/test").PlaywrightTestOptions
 *     & { provoked: RegExp[], vitpad: VitpadPage },
 *   import("@playwright/test").PlaywrightWorkerArgs & import("@playwright/test").PlaywrightWorkerOptions
 * >}
 */
export const test = base.extend({
  provoked: async ({}, use) => use([]),

  vitpad: async ({ page, provoked, baseURL }, use) => {
    /** @type {string[]} */
    const errors = [];
    const note = (/** @type {string} */ text) => {
      if (!provoked.some((expected) => expected.test(text))) errors.push(text);
    };
    page.on("console", (message) => {
      if (message.type() === "error") note(`${message.text()} (${message.location().url})`);
    });
    page.context().on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol.startsWith("http") && origin !== new URL(baseURL ?? ORIGIN).origin) note(`a request to ${request.url()}`);
    });
    page.on("pageerror", (error) => note(error.stack || error.message));
    // As in a fresh clone, whether or not `cargo xtask mnist` was run here.
    await page.context().route("**/data/sets.json", (route) => route.fulfill({ json: [] }));
    await use(new VitpadPage(page));
    expect(errors, "errors on the console, requests to other hosts").toEqual([]);
  },
});

export { expect };
