/** Firefox, driven by WebDriver BiDi, which it speaks itself. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { begin, ended, lineOf } from "./process.js";

/** @typedef {import("./tab.js").Engine} Engine */

/**
 * @param {{ program: string, isPrivate?: boolean }} options
 * @returns {Promise<Engine>}
 */
export async function openFirefox({ program, isPrivate = false }) {
  const profile = mkdtempSync(join(tmpdir(), "vitpad-firefox-"));
  writeFileSync(join(profile, "user.js"), `user_pref("browser.privatebrowsing.autostart", ${isPrivate});\n`);
  const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"];
  const firefox = begin(program, args);
  const [, address] = await lineOf(firefox.stderr, /WebDriver BiDi listening on (\S+)/);
  const bidi = await Bidi.connect(`${address}/session`);
  await bidi.ask("session.new", { capabilities: {} });
  await bidi.ask("session.subscribe", { events: ["log.entryAdded"] });
  const [{ context }] = (await bidi.ask("browsingContext.getTree", {})).contexts;
  return {
    takeErrors: async () => bidi.errors.splice(0),
    open: (url) => bidi.ask("browsingContext.navigate", { context, url, wait: "complete" }),
    async run(code) {
      const { result, exceptionDetails } = await bidi.ask("script.callFunction", {
        functionDeclaration: `async () => JSON.stringify((await (${code})()) ?? null)`,
        awaitPromise: true,
        target: { context },
      });
      if (exceptionDetails) throw new Error(exceptionDetails.text);
      return JSON.parse(result.value);
    },
    act: (actions) => bidi.ask("input.performActions", { context, actions }),
    async close() {
      // Without the seconds that an orderly end takes: nothing of it is kept.
      firefox.kill("SIGKILL");
      await ended(firefox);
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Commands and their answers, and what the page reports meanwhile. */
class Bidi {
  /** @type {string[]} */
  errors = [];
  #socket;
  #asked = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #pending = new Map();

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#receive(JSON.parse(data)));
    socket.addEventListener("close", () => {
      for (const { reject } of this.#pending.values()) reject(new Error("Firefox ended"));
    });
  }

  /**
   * @param {string} address
   * @returns {Promise<Bidi>}
   */
  static connect(address) {
    const socket = new WebSocket(address);
    return new Promise((resolve, reject) => {
      socket.addEventListener("open", () => resolve(new Bidi(socket)));
      socket.addEventListener("error", () => reject(new Error(`no connection to ${address}`)));
    });
  }

  /**
   * @param {string} method
   * @param {object} params
   * @returns {Promise<any>}
   */
  ask(method, params) {
    const id = (this.#asked += 1);
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new Error("Firefox ended"));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  /** @param {any} answer or event */
  #receive({ type, id, method, params, result, error, message }) {
    if (method === "log.entryAdded" && params.level === "error") this.errors.push(params.text);
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (type === "success") pending.resolve(result);
    else pending.reject(new Error(`${error}: ${message}`));
  }
}
