/** The page as a person sees it, in any engine. */
import { ORIGIN } from "../e2e/browser.js";
import { place, templateOf } from "../e2e/strokes.js";

/**
 * @typedef {object} Engine a browser with one tab
 * @property {() => Promise<string[]>} takeErrors those of the console, since it was last asked
 * @property {(url: string) => Promise<unknown>} open
 * @property {(code: string) => Promise<any>} run calls an asynchronous function of the page
 * @property {(actions: object[]) => Promise<unknown>} act as WebDriver describes actions
 * @property {() => Promise<void>} close
 * @typedef {[x: number, y: number]} Point
 */

const WITHIN_MS = 30_000;

export class Tab {
  #engine;

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  takeErrors() {
    return this.#engine.takeErrors();
  }

  /** @param {string} address relative to the site */
  async open(address) {
    await this.#engine.open(`${ORIGIN}/${address}`);
  }

  /**
   * @template {unknown[]} Args
   * @template T
   * @param {(...args: Args) => T} work of the page: it sees nothing from here but its arguments
   * @param {Args} args
   * @returns {Promise<Awaited<T>>}
   */
  run(work, ...args) {
    return this.#engine.run(`async () => (${work})(...${JSON.stringify(args)})`);
  }

  async reload() {
    await this.#engine.open(await this.run(() => location.href));
  }

  /**
   * @param {string} name a `data-testid`
   * @returns {Promise<string>} what is to be read there; several one after the other
   */
  text(name) {
    return this.run((id) => [...document.querySelectorAll(`[data-testid="${id}"]`)].map((each) => each.textContent).join("\n").trim(), name);
  }

  /**
   * @param {string} name
   * @param {RegExp} pattern what is to be read there before long
   * @returns {Promise<string>}
   */
  async expect(name, pattern) {
    const end = Date.now() + WITHIN_MS;
    for (;;) {
      const text = await this.text(name);
      if (pattern.test(text)) return text;
      if (Date.now() > end) throw new Error(`${name} is "${text}", and not ${pattern}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @param {string} name of what can be clicked, if not yet then before long */
  async click(name) {
    const end = Date.now() + WITHIN_MS;
    while (!(await this.run((id) => Boolean(document.querySelector(`[data-testid="${id}"]:enabled`)?.checkVisibility()), name))) {
      if (Date.now() > end) throw new Error(`${name} can't be clicked`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.#drag(name, [[0.5, 0.5]]);
  }

  /** @param {number} digit */
  async draw(digit) {
    for (const stroke of place(templateOf(digit))) await this.#drag("pad", stroke);
  }

  /**
   * Presses a pointer on the first of some points, moves it to the others and lets go.
   *
   * @param {string} name of the element
   * @param {Point[]} points in the unit square, which is the element's
   */
  async #drag(name, points) {
    const box = await this.run((id) => {
      const element = document.querySelector(`[data-testid="${id}"]`);
      element?.scrollIntoView({ block: "center" });
      return element?.getBoundingClientRect().toJSON();
    }, name);
    const moves = points.map(([x, y]) => ({
      type: "pointerMove",
      duration: 10,
      x: Math.round(box.x + x * box.width),
      y: Math.round(box.y + y * box.height),
    }));
    const [press, release] = ["pointerDown", "pointerUp"].map((type) => ({ type, button: 0 }));
    await this.#engine.act([{ type: "pointer", id: "mouse", parameters: { pointerType: "mouse" }, actions: [moves[0], press, ...moves.slice(1), release] }]);
  }
}
