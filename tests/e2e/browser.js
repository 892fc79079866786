/** What tests, screenshots and measurements share: the server of dist/, and how Chromium starts. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const PORT = Number(process.env.PORT ?? 4173);
/** The page is served from here as well as from the root. */
export const SUB_PATH = "/some/sub/path";
export const ORIGIN = `http://127.0.0.1:${PORT}`;
/** The site that is served. */
export const DIST = process.env.DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));

const ARGS = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  // tests/bench/README.md says which a graphics card wants on Linux.
  ...(process.env.CHROMIUM_FLAGS ?? "").split(" ").filter(Boolean),
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

/**
 * @param {string} [site]
 * @returns {string} the folder of its scripts
 */
export function versionOf(site = DIST) {
  const found = /"([0-9a-f]{12})\/page\/app\.js"/.exec(readFileSync(`${site}/index.html`, "utf8"));
  if (!found) throw new Error(`${site} is no release: run \`cargo xtask build\``);
  return found[1];
}

/**
 * Starts the server outside of a Playwright test run; it is up once this resolves.
 *
 * @param {Record<string, string>} [env] another `DIST` or `PORT`
 */
export async function startServer(env) {
  const script = fileURLToPath(new URL("server.js", import.meta.url));
  const server = spawn("node", [script], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  await new Promise((resolve) => server.stdout.once("data", resolve));
  return server;
}
