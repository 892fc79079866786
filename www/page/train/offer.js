import { find } from "../dom.js";
import { say } from "../words.js";

/**
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 */

/** Offers to go on with a run that a reload or a crash interrupted, until one begins. */
export class OfferView {
  #banner;
  #resume;

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   * @param {(run: RunInfo) => void} resume
   */
  constructor(panel, run, resume) {
    this.#banner = find("resume-offer", HTMLElement, panel);
    this.#resume = resume;
    run.addEventListener("state", () => {
      if (run.isBusy) this.#banner.hidden = true;
    });
  }

  /** @param {RunInfo[]} runs newest first */
  show(runs) {
    const run = runs.find(({ status, active, saved }) => (status === "running" || status === "paused") && !active && saved > 0);
    this.#banner.hidden = !run;
    if (run) this.#banner.replaceChildren(text(run), this.#buttons(run));
  }

  /** @param {RunInfo} run */
  #buttons(run) {
    const yes = button(say("offer.yes"), "primary", "resume-yes");
    const no = button(say("offer.no"), "", "resume-no");
    yes.addEventListener("click", () => {
      this.#banner.hidden = true;
      this.#resume(run);
    });
    no.addEventListener("click", () => {
      this.#banner.hidden = true;
    });
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(yes, no);
    return buttons;
  }
}

/** @param {RunInfo} run */
function text({ name, status, position }) {
  const element = document.createElement("p");
  const { step, steps } = position;
  element.textContent = say(status === "paused" ? "offer.paused" : "offer.interrupted", { name, step, steps });
  return element;
}

/**
 * @param {string} text
 * @param {string} className
 * @param {string} testId
 */
function button(text, className, testId) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.className = className;
  element.dataset.testid = testId;
  return element;
}
