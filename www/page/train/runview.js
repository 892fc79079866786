import { find, setText } from "../dom.js";
import { say, sayWords } from "../words.js";
import { wholePercent } from "./format.js";

/**
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 *
 * @typedef {object} RunButtons
 * @property {() => void} start
 * @property {() => void} pause or resume
 * @property {() => void} stop
 * @property {() => void} reset
 */

/** The buttons of the run, and what it is doing. */
export class RunView {
  #run;
  #buttons;
  #reason;
  #status;
  #progress;
  #error;
  #storage;
  /** @type {string | undefined} why the setup can't be started */
  #problem = say("setup.loading");

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   * @param {RunButtons} actions
   */
  constructor(panel, run, actions) {
    const names = /** @type {const} */ (["start", "pause", "stop", "reset"]);
    const entries = names.map((name) => [name, find(name, HTMLButtonElement, panel)]);
    this.#run = run;
    this.#buttons = /** @type {Record<keyof RunButtons, HTMLButtonElement>} */ (Object.fromEntries(entries));
    this.#reason = find("start-reason", HTMLElement, panel);
    this.#status = find("status", HTMLElement, panel);
    this.#progress = find("run-progress", HTMLProgressElement, panel);
    this.#error = find("train-error", HTMLElement, panel);
    this.#storage = find("storage-problem", HTMLElement, panel);
    for (const name of names) this.#buttons[name].addEventListener("click", () => actions[name]());
    run.addEventListener("change", () => this.#render());
    this.#render();
  }

  /** @param {string | undefined} problem why the setup can't be started */
  showProblem(problem) {
    this.#problem = problem;
    this.#renderButtons();
  }

  #render() {
    const { state, share, download, error, storageProblem } = this.#run;
    setText(this.#status, statusOf(this.#run));
    this.#status.dataset.state = state;
    this.#progress.value = download ? download.loaded / download.total : share;
    show(this.#error, error && sayWords(error));
    show(this.#storage, storageProblem && say("run.not-kept", { why: storageProblem }));
    this.#renderButtons();
  }

  #renderButtons() {
    const { start, pause, stop, reset } = this.#buttons;
    const { isBusy, isLearning, isPaused, canPause, canStop } = this.#run;
    const focused = document.activeElement;
    start.disabled = isLearning || this.#problem !== undefined;
    pause.disabled = !canPause && !isPaused;
    setText(pause, say(isPaused ? "run.resume" : "train.pause"));
    stop.disabled = !canStop;
    reset.disabled = isBusy;
    setText(this.#reason, isLearning ? "" : (this.#problem ?? ""));
    const buttons = Object.values(this.#buttons);
    // A button that can no longer be pressed would drop the focus.
    const lost = buttons.find((button) => button === focused && button.disabled);
    if (lost) buttons.find((button) => !button.disabled)?.focus();
  }
}

/** @param {CurrentRun} run */
function statusOf({ state, message, download, isBusy }) {
  if (download) return say("run.download", { file: download.file, share: wholePercent(download.loaded / download.total) });
  const isBrief = isBusy && state !== "running";
  return isBrief && message ? sayWords(message) : say(`run.state.${state}`);
}

/**
 * @param {HTMLElement} place
 * @param {string | null | undefined} words hidden where there are none
 */
function show(place, words) {
  place.hidden = !words;
  setText(place, words ?? "");
}
