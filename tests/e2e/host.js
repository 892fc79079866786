/** A host of a test's own, which is updated and stopped as it likes. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST, PORT, startServer, versionOf } from "./browser.js";
import { test as base } from "./fixtures.js";

/** Files at the root that name the folder. */
const NAMING = ["index.html", "_headers", "sw.js", "cpu.js", "workers/wasm.js"];
/** Large, and asked for by no test of these. */
const LEFT_OUT = /(webgpu|ndarray)_bg\.wasm$|data\/mnist/;

export class Host {
  #folder = mkdtempSync(join(tmpdir(), "vitpad-host-"));
  #port;
  /** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
  #server;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start() {
    this.#server = await startServer({ DIST: this.#folder, PORT: String(this.#port) });
  }

  async stop() {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const stopped = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await stopped;
  }

  /** Takes connections, and says nothing. */
  freeze() {
    this.#server?.kill("SIGSTOP");
  }

  /**
   * Puts a site here, and nothing is left of the one before.
   *
   * @param {{ version?: string, site?: string }} [what] the version is 12 digits; default: as it was built
   */
  deploy({ version, site = DIST } = {}) {
    rmSync(this.#folder, { recursive: true, force: true });
    cpSync(site, this.#folder, { recursive: true, filter: (file) => !LEFT_OUT.test(file) });
    if (version === undefined) return;
    const built = versionOf(site);
    renameSync(join(this.#folder, built), join(this.#folder, version));
    for (const name of NAMING) this.edit(name, (text) => text.replaceAll(built, version));
  }

  /**
   * @param {string} name of a file, which may be binary: each byte is a character
   * @param {(text: string) => string} change
   */
  edit(name, change) {
    const file = join(this.#folder, name);
    writeFileSync(file, change(readFileSync(file, "latin1")), "latin1");
  }

  async remove() {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @type {import("@playwright/test").TestType<Parameters<Parameters<typeof base>[2]>[0] & { host: Host }, {}>} */
export const test = base.extend({
  host: async ({}, use, { parallelIndex }) => {
    const host = new Host(PORT + 1 + parallelIndex);
    host.deploy();
    await host.start();
    await use(host);
    await host.remove();
  },
  baseURL: async ({ host }, use) => use(host.url),
});

/**
 * @param {import("@playwright/test").Page} page
 * @returns {Promise<string | undefined>} the version that is open
 */
export async function versionOpen(page) {
  const script = await page.locator('script[type="module"]').getAttribute("src");
  return script?.split("/")[0];
}
