/** The run on the page: all that is known of it, without a DOM. Views render it; none is asked. */
import { codeOf, wordsOf } from "../../shared/protocol.js";
import { RunRecord } from "./record.js";
import { Stopwatch } from "./stopwatch.js";

/**
 * @typedef {import("../../shared/train/protocol.js").CheckpointInfo} CheckpointInfo
 * @typedef {import("../../shared/train/protocol.js").DeviceState} DeviceState
 * @typedef {import("../../shared/train/protocol.js").DownloadEvent} DownloadEvent
 * @typedef {import("../../shared/train/protocol.js").Evaluation} Evaluation
 * @typedef {import("../../shared/train/protocol.js").Position} Position
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("../../shared/train/protocol.js").StateEvent} StateEvent
 * @typedef {import("../../shared/train/protocol.js").StepsEvent} StepsEvent
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../../shared/train/protocol.js").TrainState} TrainState
 * @typedef {import("../../shared/protocol.js").Words} Words
 *
 * @typedef {Pick<StepsEvent, "imagesPerSecond" | "secondsLeft" | "memory">} Speed
 * @typedef {"state" | "info" | "record" | "evaluation"} Part
 */

/** Longer than a step takes on a slow device; to stop, an evaluation may take longer. */
export const PATIENCE_SECONDS = 20;

/** @type {TrainState[]} in which the worker is at work on the run */
const BUSY = ["loading", "running", "evaluating", "pausing", "stopping"];

/**
 * The one place that knows what the run is doing. It changes with the worker's events and the page's
 * commands, and fires "change" each time. Views that are costly to render listen to their part
 * instead, which is fired just before: "state" (what the run is doing), "info" (what the list of runs
 * says of it), "record" (its curves) or "evaluation" (how it was evaluated).
 */
export class CurrentRun extends EventTarget {
  #watch = new Stopwatch((seconds) => {
    this.elapsed = seconds;
    this.#fire();
  });
  /** As it was when the run began. */
  name = "";
  /** @type {TrainState} */
  state = "idle";
  /** @type {Words | null} what it is doing, where there is more to say than the state */
  message = null;
  /** @type {Words | undefined} what went wrong, until the state changes */
  error;
  /** @type {RunInfo | undefined} once the worker has loaded it */
  info;
  /** @type {Position | undefined} after the last step that the record holds, or of the checkpoint */
  position;
  record = new RunRecord();
  /** @type {Evaluation | undefined} the last on this page: a checkpoint holds no confusion matrix */
  evaluation;
  /** @type {Speed | undefined} */
  speed;
  /** @type {DeviceState | undefined} */
  device;
  /** @type {DownloadEvent | undefined} while it lasts */
  download;
  /** @type {Words | null} why its checkpoints can't be kept */
  storageProblem = null;
  /** @type {number | undefined} seconds, pauses aside */
  elapsed;
  /** @type {Map<Promise<unknown>, { state: TrainState, isOverdue: boolean }>} answers to commands that are awaited */
  #awaited = new Map();

  get id() {
    return this.info?.id;
  }

  get isBusy() {
    return BUSY.includes(this.state);
  }

  /** True while a model is in training, be it paused. */
  get isLearning() {
    return this.isBusy || this.isPaused;
  }

  get isPaused() {
    return this.state === "paused";
  }

  get canPause() {
    return this.state === "running" || this.state === "evaluating";
  }

  get canStop() {
    return this.isLearning && this.state !== "stopping";
  }

  /** @returns {number} the share of its steps that are done, 0 to 1 */
  get share() {
    return this.position ? this.position.step / Math.max(this.position.steps, 1) : 0;
  }

  /** True where storage has what it has learnt; otherwise only this tab does. */
  get isKept() {
    return this.storageProblem === null;
  }

  /** True where closing the tab would lose something. */
  get mayBeLost() {
    return this.isBusy || !this.isKept;
  }

  /** The state, or the one that it was told to go to: a worker at work may take a while to hear of it. */
  get stateAhead() {
    const told = [...this.#awaited.values()].at(-1);
    return told && this.canPause ? told.state : this.state;
  }

  /** True where the worker has not answered a command for so long that it may hang. */
  get isOverdue() {
    return [...this.#awaited.values()].some(({ isOverdue }) => isOverdue);
  }

  /**
   * @template T
   * @param {Promise<T>} answer to a command
   * @param {TrainState} state that the command leads to
   * @returns {Promise<T>}
   */
  async waitFor(answer, state) {
    const wait = { state, isOverdue: false };
    const timer = setTimeout(() => {
      wait.isOverdue = true;
      this.#fire();
    }, 1_000 * PATIENCE_SECONDS);
    this.#awaited.set(answer, wait);
    this.#fire();
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#awaited.delete(answer);
      this.#fire();
    }
  }

  /** @param {string} name of the run that takes the place of this one, and is loading */
  begin(name) {
    this.#replace(name, "loading");
  }

  reset() {
    this.#replace("", "idle");
  }

  /** @param {Pick<CheckpointInfo, "history" | "position">} checkpoint that the run goes on from */
  recall({ history, position }) {
    this.record = RunRecord.from(history, position.stepsPerEpoch);
    this.#fire("record", "evaluation");
  }

  /** @param {unknown} error of loading the run; the code `superseded` says that it was cancelled */
  fail(error) {
    if (isToldByCrash(error)) return;
    if (codeOf(error) === "superseded") this.#enter("idle", null);
    else this.#enter("failed", withAdvice(error));
    this.#fire("state");
  }

  /** @param {Error} error that the worker died of, or was ended with */
  crash(error) {
    const isBroken = codeOf(error) === "worker-broken";
    const key = this.isKept ? "run.crashed" : "run.crashed-unkept";
    // What it had learnt went with the worker.
    this.storageProblem = null;
    this.#enter("failed", isBroken ? withAdvice(error) : { key, values: { why: wordsOf(error) } });
    this.#fire("state");
  }

  /** @param {unknown} error of a command that left the run as it was */
  refuse(error) {
    if (isToldByCrash(error)) return;
    this.error = withAdvice(error);
    this.#fire();
  }

  /** @param {TrainEvent} event of the worker */
  receive(event) {
    this.#fire(...this.#apply(event));
  }

  /**
   * @param {TrainEvent} event
   * @returns {Part[]} that it changed
   */
  #apply(event) {
    switch (event.event) {
      case "state":
        return this.#applyState(event);
      case "steps":
        this.record.addSteps(event);
        this.position = event.position;
        this.speed = event;
        return ["record"];
      case "evaluation":
        this.record.addEvaluation(event.evaluation);
        this.evaluation = event.evaluation;
        return ["record", "evaluation"];
      case "saved":
        this.info = event.run;
        return ["info"];
      case "device":
        this.device = event.device;
        break;
      case "download":
        this.download = event.loaded < event.total ? event : undefined;
        break;
      case "storage":
        this.storageProblem = event.problem;
        break;
    }
    return [];
  }

  /**
   * @param {StateEvent} event
   * @returns {Part[]} that it changed
   */
  #applyState({ state, run, message }) {
    if (run) {
      this.info = run;
      this.position = run.position;
    }
    this.#enter(state, message);
    return run ? ["info", "state"] : ["state"];
  }

  /**
   * @param {string} name
   * @param {TrainState} state
   */
  #replace(name, state) {
    this.#watch.reset();
    this.name = name;
    this.record = new RunRecord();
    this.info = this.position = this.evaluation = this.speed = this.device = this.elapsed = undefined;
    this.storageProblem = null;
    this.#enter(state, null);
    this.#fire("info", "state", "record", "evaluation");
  }

  /**
   * @param {TrainState} state
   * @param {Words | null} message
   */
  #enter(state, message) {
    this.state = state;
    this.message = message;
    this.error = state === "failed" ? (message ?? { key: "run.failed" }) : undefined;
    this.download = undefined;
    if (this.isBusy) this.#watch.start();
    else this.#watch.stop();
  }

  /** @param {Part[]} parts that have changed */
  #fire(...parts) {
    for (const part of [...parts, "change"]) this.dispatchEvent(new Event(part));
  }
}

/**
 * @param {unknown} error
 * @returns {Words}
 */
function withAdvice(error) {
  const why = wordsOf(error);
  // A worker that can't be loaded is not tried again unasked.
  return codeOf(error) === "worker-broken" ? { key: "run.broken", values: { why } } : why;
}

/**
 * @param {unknown} error
 * @returns {boolean} whether the worker was ended: all that waited for it is told so as well
 */
function isToldByCrash(error) {
  return codeOf(error) === "terminated";
}
