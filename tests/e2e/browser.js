/** What the tests, the screenshots and their server agree on, and how they start Chromium. */

export const PORT = Number(process.env.PORT ?? 4173);
/** The page is served from here as well as from the root. */
export const SUB_PATH = "/some/sub/path";
export const ORIGIN = `http://127.0.0.1:${PORT}`;

const ARGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/**
 * @param {{ softwareWebGpu: boolean }} options whether there is a (software) WebGPU adapter
 * @returns {import("@playwright/test").LaunchOptions}
 */
export function launchOptions({ softwareWebGpu }) {
  return {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Chromium's sandbox refuses to run as root.
    chromiumSandbox: process.getuid?.() !== 0,
    args: softwareWebGpu ? [...ARGS, "--enable-unsafe-webgpu"] : ARGS,
  };
}

/** @type {import("@playwright/test").PlaywrightTestConfig["webServer"]} */
export const webServer = {
  command: "node server.js",
  url: `${ORIGIN}/index.html`,
  env: { PORT: String(PORT) },
  reuseExistingServer: false,
};
