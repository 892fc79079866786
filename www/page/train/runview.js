import { find, sentence, setText } from "../dom.js";

/**
 * @typedef {import("../../shared/train/protocol.js").TrainState} TrainState
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 *
 * @typedef {object} RunButtons
 * @property {() => void} start
 * @property {() => void} pause or resume
 * @property {() => void} stop
 * @property {() => void} reset
 */

/** @type {Record<TrainState, string>} */
const WORDS = {
  idle: "Ready",
  loading: "Loading",
  running: "Running",
  evaluating: "Evaluating",
  pausing: "Pausing",
  paused: "Paused",
  stopping: "Stopping",
  stopped: "Stopped",
  finished: "Finished",
  failed: "Failed",
};

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
  #problem = "The setup is loading.";

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
    show(this.#error, error && sentence(error));
    show(this.#storage, storageProblem && `${sentence(storageProblem)} Training goes on.`);
    this.#renderButtons();
  }

  #renderButtons() {
    const { start, pause, stop, reset } = this.#buttons;
    const { isBusy, isLearning, isPaused, canPause, canStop } = this.#run;
    const focused = document.activeElement;
    start.disabled = isLearning || this.#problem !== undefined;
    pause.disabled = !canPause && !isPaused;
    setText(pause, isPaused ? "Resume" : "Pause");
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
  if (download) return `Loading ${download.file}: ${Math.round((100 * download.loaded) / download.total)}\u00a0%`;
  const isBrief = isBusy && state !== "running";
  return isBrief ? (message ?? `${WORDS[state]} …`) : WORDS[state];
}

/**
 * @param {HTMLElement} place
 * @param {string | null | undefined} words hidden where there are none
 */
function show(place, words) {
  place.hidden = !words;
  setText(place, words ?? "");
}
