import { find, sentence } from "../dom.js";
import { messageOf } from "../../shared/protocol.js";


/**
 * @typedef {import("../../shared/train/protocol.js").TrainState} TrainState
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

/** @type {TrainState[]} in which a tab should not be closed by accident */
export const BUSY = ["loading", "running", "evaluating", "pausing", "stopping"];

/** The buttons of the run, and what it is doing. */
export class RunView {
  #buttons;
  #reason;
  #status;
  #progress;
  #error;
  #storage;
  #words = "";
  /** @type {TrainState} */
  state = "idle";
  /** @type {string | undefined} why the setup can't be started */
  #problem = "The setup is loading.";

  /**
   * @param {HTMLElement} panel
   * @param {RunButtons} actions
   */
  constructor(panel, actions) {
    const names = /** @type {const} */ (["start", "pause", "stop", "reset"]);
    const entries = names.map((name) => [name, find(name, HTMLButtonElement, panel)]);
    this.#buttons = /** @type {Record<keyof RunButtons, HTMLButtonElement>} */ (Object.fromEntries(entries));
    this.#reason = find("start-reason", HTMLElement, panel);
    this.#status = find("status", HTMLElement, panel);
    this.#progress = find("run-progress", HTMLProgressElement, panel);
    this.#error = find("train-error", HTMLElement, panel);
    this.#storage = find("storage-problem", HTMLElement, panel);
    for (const name of names) this.#buttons[name].addEventListener("click", () => actions[name]());
    this.showState("idle", null);
  }

  /** @param {string | undefined} problem why the setup can't be started */
  showProblem(problem) {
    this.#problem = problem;
    this.#update();
  }

  /**
   * @param {TrainState} state
   * @param {string | null} message why it failed, or what it is doing
   */
  showState(state, message) {
    this.state = state;
    const failed = state === "failed";
    const isBrief = BUSY.includes(state) && state !== "running";
    this.#words = isBrief ? (message ?? `${WORDS[state]} …`) : WORDS[state];
    this.#status.textContent = this.#words;
    this.#status.dataset.state = state;
    this.showError(failed ? (message ?? "the run failed") : undefined);
    this.#update();
  }

  /** @param {unknown} error undefined for none */
  showError(error) {
    this.#error.hidden = error === undefined;
    this.#error.textContent = error === undefined ? "" : sentence(messageOf(error));
  }

  /** @param {string | null} problem */
  showStorage(problem) {
    this.#storage.hidden = problem === null;
    this.#storage.textContent = problem === null ? "" : `${sentence(problem)} Training goes on.`;
  }

  /** @param {import("../../shared/train/protocol.js").DownloadEvent} event */
  showDownload({ file, loaded, total }) {
    const isComplete = loaded >= total;
    const share = isComplete ? 0 : loaded / total;
    this.#status.textContent = isComplete ? this.#words : `Loading ${file}: ${Math.round(100 * share)}\u00a0%`;
    this.showShare(share);
  }

  /** @param {number} share of the run, 0 to 1 */
  showShare(share) {
    this.#progress.value = share;
  }

  #update() {
    const { start, pause, stop, reset } = this.#buttons;
    const { state } = this;
    const focused = document.activeElement;
    const isBusy = BUSY.includes(state);
    const isActive = isBusy || state === "paused";
    start.disabled = isActive || this.#problem !== undefined;
    pause.disabled = !["running", "evaluating", "paused"].includes(state);
    pause.textContent = state === "paused" ? "Resume" : "Pause";
    stop.disabled = !["loading", "running", "evaluating", "pausing", "paused"].includes(state);
    reset.disabled = isBusy;
    this.#reason.textContent = isActive ? "" : (this.#problem ?? "");
    const buttons = Object.values(this.#buttons);
    // A button that can no longer be pressed would drop the focus.
    const lost = buttons.find((button) => button === focused && button.disabled);
    if (lost) buttons.find((button) => !button.disabled)?.focus();
  }
}
