/** WebKitGTK's MiniBrowser on a display in memory, driven by WebKitWebDriver, which knows where that is. */
import { createServer } from "node:net";
import { begin, ended, lineOf } from "./process.js";

/** @typedef {import("./tab.js").Engine} Engine */

const SESSION = { timeouts: { script: 60_000 } };

/**
 * @param {{ program: string }} options
 * @returns {Promise<Engine>}
 */
export async function openWebKit({ program }) {
  const xvfb = begin("Xvfb", ["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
  const [, display] = await lineOf(xvfb.stdout, /^(\d+)$/);
  const port = await freePort();
  // With this locale its language is "C", which is none.
  const env = { ...process.env, DISPLAY: `:${display}`, LC_ALL: "C.UTF-8" };
  const driver = begin(program, [`--port=${port}`], { env });
  const ask = asker(`http://127.0.0.1:${port}`);
  const { sessionId } = await untilUp(() => ask("POST", "/session", { capabilities: { alwaysMatch: SESSION } }));
  const session = `/session/${sessionId}`;
  /** @param {string} code */
  const run = async (code) => {
    const script = `const end = arguments[0]; (${code})().then((value) => end({ value }), (error) => end({ error: String(error) }));`;
    const { value, error } = await ask("POST", `${session}/execute/async`, { script, args: [] });
    if (error) throw new Error(error);
    return value ?? null;
  };
  /** @type {string[]} of pages that were left */
  const errors = [];
  const takeErrors = async () => [...errors.splice(0), ...(await run(`async () => window.recorded?.splice(0) ?? []`))];
  return {
    run,
    takeErrors,
    async open(url) {
      errors.push(...(await takeErrors()));
      await ask("POST", `${session}/url`, { url });
      await run(`async () => (${record})()`);
    },
    act: (actions) => ask("POST", `${session}/actions`, { actions }),
    async close() {
      await ask("DELETE", session);
      for (const each of [driver, xvfb]) {
        each.kill();
        await ended(each);
      }
    },
  };
}

/** The driver tells nothing of the console: the page records it, as soon as it is loaded. */
function record() {
  /** @type {string[]} */
  const recorded = [];
  Reflect.set(window, "recorded", recorded);
  console.error = (...words) => void recorded.push(words.join(" "));
  addEventListener("error", ({ message }) => void recorded.push(message));
  addEventListener("unhandledrejection", ({ reason }) => void recorded.push(String(reason)));
}

/**
 * @param {string} address of the driver
 * @returns {(method: string, path: string, body?: object) => Promise<any>}
 */
function asker(address) {
  return async (method, path, body) => {
    const response = await fetch(address + path, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${path}: ${value.error}: ${value.message}`);
    return value;
  };
}

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function untilUp(ask) {
  const end = Date.now() + 10_000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // `fetch` throws it as long as nobody listens.
      if (!(error instanceof TypeError) || Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
