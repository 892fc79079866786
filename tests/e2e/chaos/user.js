/** A user who wants one run to end, and presses only what the page offers. */
import { readFileSync } from "node:fs";

/**
 * @typedef {import("@playwright/test").Page} Page
 *
 * @typedef {object} Look what the page shows
 * @property {string} state of the run, or "" where the training page is not open
 * @property {string} text for people
 * @property {string} error
 * @property {number} step
 * @property {number} runs how many are listed
 * @property {Record<Button, boolean>} can whether each can be pressed
 *
 * @typedef {keyof typeof BUTTONS} Button
 */

/** By their test id. */
const BUTTONS = {
  "answer-yes": "Let it go",
  end: "End it now",
  "resume-yes": "Resume it",
  resume: "Resume, in the list",
  reset: "Reset",
  start: "Start",
  pause: "Pause or Resume",
  stop: "Stop",
};

/** The time for which the page may still change by itself: an offer comes once the list is read. */
const SETTLE_MS = 1_500;
/** A user who had a run waits longer than that before starting another. */
const SEARCH_MS = 5_000;
/** The number of presses without a step after which there is no way out. */
const MOST_PRESSES = 15;

export class User {
  /** @type {Page} */
  page;
  address;
  #changed = Date.now();
  #stepped = Date.now();
  #seen = "";
  #step = -1;
  #presses = 0;
  #toldAt = 0;
  #wasKept = false;
  /** @type {string[]} since they were last asked for */
  #pressed = [];
  /** @type {Map<string, number>} how often each button was pressed */
  counts = new Map();

  /**
   * @param {Page} page
   * @param {string} address
   * @param {{ stuck: number, impatient: number }} patience milliseconds: where nothing moves for so long,
   *   and nothing can be pressed, the page is stuck; who sees no step for so long presses Pause
   */
  constructor(page, address, patience) {
    this.page = page;
    this.address = address;
    this.patience = patience;
  }

  async open() {
    this.page.on("dialog", (dialog) => dialog.accept().catch(() => {}));
    await this.page.goto(this.address);
  }

  /** @param {Page} page takes the place of the one that is closed */
  async reopen(page) {
    this.page = page;
    await this.open();
  }

  /** @returns {Promise<Look>} once the page can be used */
  waitReady() {
    return this.#wait(({ can, state }) => can["resume-yes"] || can.resume || (state !== "idle" && state !== "") || can.start);
  }

  /** @returns {Promise<Look>} once the run is being loaded no longer */
  waitDecided() {
    return this.#wait(({ state }) => !["idle", "loading", ""].includes(state));
  }

  /** @param {(look: Look) => boolean} isSeen */
  async #wait(isSeen) {
    for (const start = Date.now(); ; ) {
      const look = await this.look();
      if (isSeen(look)) return look;
      if (Date.now() - start > this.patience.stuck) throw new Error(`stuck: ${JSON.stringify(look)}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** @returns {string[]} what was pressed since this was last asked */
  takePressed() {
    return this.#pressed.splice(0);
  }

  /**
   * Does what it takes to go on until something is seen.
   *
   * @param {(look: Look) => boolean} isSeen
   * @returns {Promise<Look>}
   */
  async until(isSeen) {
    this.#note("");
    for (;;) {
      const look = await this.look();
      if (isSeen(look)) return look;
      this.#note(JSON.stringify([look.state, look.step, look.text, look.error]));
      if (look.step !== this.#step) {
        this.#step = look.step;
        this.#stepped = Date.now();
        this.#presses = 0;
      }
      const button = this.#choose(look);
      if (button) await this.press(button);
      const isIdle = Date.now() - this.#changed > this.patience.stuck;
      if (isIdle || this.#presses > MOST_PRESSES) throw new Error(`stuck: ${JSON.stringify(look)}`);
      await this.page.waitForTimeout(40).catch(() => {});
    }
  }

  /** @param {string} seen */
  #note(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#changed = Date.now();
  }

  /** @returns {Promise<Look>} */
  async look() {
    for (let tries = 0; ; tries += 1) {
      try {
        const look = await this.page.evaluate(see, Object.keys(BUTTONS));
        if (look.state === "finished" || look.can.resume || look.can["resume-yes"]) this.#wasKept = true;
        return look;
      } catch (error) {
        // It was just about to load.
        if (tries === 20) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  /**
   * @param {Look} look
   * @returns {Button | undefined}
   */
  #choose({ state, can, runs }) {
    const still = Date.now() - this.#changed;
    if (can["answer-yes"]) return "answer-yes";
    if (can.end) return "end";
    if (state === "paused") return "pause";
    if (["running", "evaluating", "loading", "pausing", "stopping"].includes(state)) {
      if (Math.min(still, Date.now() - this.#stepped) < this.patience.impatient || Date.now() - this.#toldAt < 30_000) return undefined;
      return can.pause ? "pause" : can.stop ? "stop" : undefined;
    }
    if (can["resume-yes"]) return "resume-yes";
    if (still < SETTLE_MS) return undefined;
    if (can.resume) return "resume";
    if (still < SEARCH_MS) return undefined;
    // A worker that died before it said a word is not tried again unasked: the page says so.
    if (state === "failed" && this.#wasKept) return can.reset ? "reset" : undefined;
    if (runs === 0 && this.#wasKept) throw new Error("a run that was kept is gone");
    return can.start && !this.#wasKept ? "start" : undefined;
  }

  /** @param {Button} button */
  async press(button) {
    const isListed = button === "resume";
    const place = this.page.locator(`[data-testid=${button}]:enabled:visible`);
    try {
      await (isListed ? place.first() : place).click({ timeout: 10_000 });
    } catch {
      // It has changed meanwhile.
      return;
    }
    this.#presses += 1;
    if (button === "pause" || button === "stop") this.#toldAt = Date.now();
    this.#note(`pressed ${this.#presses}`);
    const words = BUTTONS[button];
    this.#pressed.push(words);
    this.counts.set(words, (this.counts.get(words) ?? 0) + 1);
  }

  /** @returns {Promise<Buffer>} the weights of the run that has finished */
  async download() {
    const row = this.page.getByTestId("run").filter({ hasText: "finished" }).first();
    const [file] = await Promise.all([this.page.waitForEvent("download"), row.getByTestId("export-float32").click()]);
    return readFileSync(await file.path());
  }
}

/**
 * Runs in the page.
 *
 * @param {string[]} buttons
 * @returns {Look}
 */
function see(buttons) {
  const all = (/** @type {string} */ name) => [...document.querySelectorAll(`[data-testid=${name}]`)];
  const shown = (/** @type {string} */ name) => /** @type {HTMLElement[]} */ (all(name)).find((each) => each.checkVisibility());
  const status = shown("status");
  const can = buttons.map((name) => [name, all(name).some((each) => each.checkVisibility() && !(/** @type {HTMLButtonElement} */ (each).disabled))]);
  const state = status?.dataset.state ?? "";
  // After a reload the list alone says so.
  const hasFinished = all("run").some((each) => /** @type {HTMLElement} */ (each).innerText.includes("finished"));
  return {
    state: hasFinished && ["idle", "failed"].includes(state) ? "finished" : state,
    text: status?.innerText ?? "",
    error: ["startup", "train-error", "runs-error", "storage-problem"].map((name) => shown(name)?.innerText ?? "").join(" ").trim(),
    step: Number(shown("step")?.innerText.replaceAll(",", "").split(" / ")[0]) || 0,
    runs: all("run").length,
    can: Object.fromEntries(can),
  };
}
