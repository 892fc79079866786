import { defineConfig } from "@playwright/test";
import { launchOptions, ORIGIN, webServer } from "./browser.js";

export default defineConfig({
  testDir: ".",
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  outputDir: "report",
  webServer,
  // Routes of tests do not see what a service worker answers: it has tests of its own.
  use: { baseURL: ORIGIN, screenshot: "only-on-failure", serviceWorkers: "block" },
  projects: [
    {
      name: "webgpu",
      testMatch: /webgpu.*\.spec\.js/,
      // First, beside the others: an emulated GPU takes about a minute to compile the first shaders.
      timeout: 240_000,
      use: { launchOptions: launchOptions({ softwareWebGpu: true }) },
    },
    {
      name: "cpu",
      testIgnore: /webgpu.*\.spec\.js/,
      use: { launchOptions: launchOptions({ softwareWebGpu: false }) },
    },
  ],
});
