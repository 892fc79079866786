import { find, setText } from "../dom.js";
import { say, sayWords } from "../words.js";
import { wholePercent } from "./format.js";
import { PATIENCE_SECONDS } from "./run.js";

/**
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 *
 * @typedef {object} RunButtons
 * @property {() => void} start
 * @property {() => void} pause or resume
 * @property {() => void} stop
 * @property {() => void} reset
 * @property {() => void} end where the worker does not answer
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
  #overdue;
  #overdueText;
  /** @type {string | undefined} why the setup can't be started */
  #problem = say("setup.loading");

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   * @param {RunButtons} actions
   */
  constructor(panel, run, actions) {
    const names = /** @type {const} */ (["start", "pause", "stop", "reset", "end"]);
    const entries = names.map((name) => [name, find(name, HTMLButtonElement, panel)]);
    this.#run = run;
    this.#buttons = /** @type {Record<keyof RunButtons, HTMLButtonElement>} */ (Object.fromEntries(entries));
    this.#reason = find("start-reason", HTMLElement, panel);
    this.#status = find("status", HTMLElement, panel);
    this.#progress = find("run-progress", HTMLProgressElement, panel);
    this.#error = find("train-error", HTMLElement, panel);
    this.#storage = find("storage-problem", HTMLElement, panel);
    this.#overdue = find("overdue", HTMLElement, panel);
    this.#overdueText = find("overdue-text", HTMLElement, panel);
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
    const { stateAhead, share, download, error, storageProblem, isOverdue } = this.#run;
    setText(this.#status, statusOf(this.#run));
    this.#status.dataset.state = stateAhead;
    this.#progress.value = download ? download.loaded / download.total : share;
    show(this.#error, error && sayWords(error));
    show(this.#storage, storageProblem && say("run.not-kept", { why: storageProblem }));
    // First the words: a region that shows is read aloud as it is then.
    setText(this.#overdueText, isOverdue ? say("run.overdue", { seconds: PATIENCE_SECONDS }) : "");
    this.#renderButtons();
    this.#overdue.hidden = !isOverdue;
  }

  #renderButtons() {
    const { start, pause, stop, reset, end } = this.#buttons;
    const { isBusy, isLearning, isPaused, canPause, canStop, isOverdue } = this.#run;
    const focused = document.activeElement;
    start.disabled = isLearning || this.#problem !== undefined;
    pause.disabled = !canPause && !isPaused;
    setText(pause, say(isPaused ? "run.resume" : "train.pause"));
    stop.disabled = !canStop;
    reset.disabled = isBusy;
    end.disabled = !isOverdue;
    setText(this.#reason, isLearning ? "" : (this.#problem ?? ""));
    const buttons = Object.values(this.#buttons);
    // A button that can no longer be pressed would drop the focus.
    const lost = buttons.find((button) => button === focused && button.disabled);
    if (lost) buttons.find((button) => !button.disabled)?.focus();
  }
}

/** @param {CurrentRun} run */
function statusOf({ stateAhead, message, download, isBusy }) {
  if (download) return say("run.download", { file: download.file, share: wholePercent(download.loaded / download.total) });
  const isBrief = isBusy && stateAhead !== "running";
  return isBrief && message ? sayWords(message) : say(`run.state.${stateAhead}`);
}

/**
 * @param {HTMLElement} place
 * @param {string | null | undefined} words hidden where there are none
 */
function show(place, words) {
  place.hidden = !words;
  setText(place, words ?? "");
}
