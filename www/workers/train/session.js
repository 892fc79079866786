/**
 * A run that is loaded: trains, evaluates, saves, and answers in between. It has no page and no
 * worker, and its clock, store and trainer come from outside.
 *
 * @typedef {import("../../cpu.js").Trainer} Trainer
 * @typedef {import("../../cpu.js").Classifier} Classifier
 * @typedef {import("../../cpu.js").Position} Position
 * @typedef {import("../../cpu.js").StepStats} StepStats
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {import("../../shared/train/protocol.js").RunStatus} RunStatus
 * @typedef {import("../../shared/train/protocol.js").TrainState} TrainState
 * @typedef {import("./environment.js").SessionOptions} SessionOptions
 */
import { CodedError, codeOf, wordsOf } from "../../shared/protocol.js";
import { positionOf, Progress } from "./progress.js";
import { Saver } from "./saver.js";
import { Steps } from "./steps.js";

/** A pause waits at most this long, or one step. */
const TURN_MS = 100;
const MOST_STEPS = 64;

export class Session {
  /** @type {SessionOptions} */
  #options;
  /** @type {Trainer} */
  #trainer;
  /** @type {"run" | "pause" | "stop"} */
  #wanted = "run";
  /** @type {Promise<void> | null} while it trains or evaluates */
  #loop = null;
  /** @type {AbortController | null} of the evaluation that goes on */
  #evaluation = null;
  /** @type {Set<string>} `SET STEP` */
  #evaluated = new Set();
  /** @type {{ classifier: Classifier, step: number } | null} */
  #reader = null;
  /** @type {Progress} */
  #progress;
  /** @type {Saver} */
  #saver;
  /** @type {Promise<RunInfo> | null} the last save, which may be over */
  #saving = null;
  /** @type {Position} */
  #position;
  #count = 1;
  /** @type {Steps} */
  #steps;
  /** @type {RunInfo} */
  run;
  /** @type {TrainState} */
  state = "loading";

  /** @param {SessionOptions} options */
  constructor(options) {
    this.#options = options;
    this.#trainer = options.trainer;
    this.run = { ...options.run, active: true };
    this.#progress = new Progress(options);
    this.#saver = new Saver(options);
    this.#position = this.#trainer.position;
    this.#steps = new Steps(this.#trainer);
    this.#adopt(this.#trainer);
  }

  /** The first checkpoint is there before the first step: whatever happens, it can be resumed. */
  async start() {
    await this.#save("running");
    this.#run();
  }

  /** Resolves once it is paused, and saved. */
  async pause() {
    if (this.state === "paused") return;
    if (!this.#loop || this.#hasEnded || this.#wanted === "stop") throw new CodedError("not-running");
    this.#wanted = "pause";
    this.#setState("pausing");
    this.#evaluation?.abort();
    await this.#loop;
  }

  async continue() {
    if (this.#wanted === "pause") await this.#loop;
    if (this.state !== "paused") throw new CodedError("not-paused");
    this.#wanted = "run";
    this.#run();
  }

  /** Resolves once it is evaluated and saved. */
  async stop() {
    if (this.#wanted === "pause") await this.#loop;
    if (this.#hasEnded) return;
    this.#wanted = "stop";
    if (this.#loop) this.#setState("stopping");
    else this.#run();
    await this.#loop;
  }

  /** Pauses where it is going on, and frees everything. */
  async close() {
    this.#wanted = "pause";
    this.#evaluation?.abort();
    await this.#loop;
    this.#reader?.classifier.free();
    this.#reader = null;
    this.#trainer.free();
    this.#options.release();
  }

  /**
   * @param {import("../../cpu.js").Stroke[]} strokes
   * @returns {Promise<import("../../cpu.js").Prediction | null>} by the weights as they are now
   */
  classify(strokes) {
    const { step } = this.#position;
    if (this.#reader?.step !== step) {
      this.#reader?.classifier.free();
      this.#reader = { classifier: this.#trainer.classifier(), step };
    }
    return this.#options.orCrash(this.#reader.classifier.classify(strokes));
  }

  /** @param {string} name */
  async rename(name) {
    await this.#saving;
    this.run = { ...this.run, name, spec: { ...this.run.spec, name } };
    await this.#options.store(this.run);
  }

  /** @param {"checkpoint" | "float32" | "float16"} what */
  export(what) {
    const trainer = this.#trainer;
    return this.#options.orCrash(what === "checkpoint" ? trainer.checkpoint() : trainer.weights(what));
  }

  /** For what only reads it, and does not keep it. */
  get trainer() {
    return this.#trainer;
  }

  get isGoingOn() {
    return this.#loop !== null;
  }

  get #hasEnded() {
    return ["stopped", "finished", "failed"].includes(this.state);
  }

  #run() {
    this.#setState(this.#wanted === "stop" ? "stopping" : "running");
    this.#loop = this.#trainAndEnd().finally(() => {
      this.#loop = null;
    });
  }

  async #trainAndEnd() {
    try {
      let hasEnded = false;
      const end = () => this.#end().then(() => void (hasEnded = true));
      // The last save reads the device too: where that fails, another one makes up for it.
      while (!hasEnded) await this.#orReplace(this.#next() ?? end);
    } catch (error) {
      // A module that has crashed computes nothing any more: uncaught, it makes the page start another worker.
      if (codeOf(error) === "crashed") throw error;
      await this.#fail(error);
    }
  }

  /**
   * Does what follows from where the run stands: so a run that was left between an epoch
   * and its evaluation catches up on it.
   *
   * @returns {(() => Promise<void>) | null}
   */
  #next() {
    if (this.#steps.isAhead) return () => this.#chunk();
    if (this.#wanted === "pause") return null;
    const { step, stepsPerEpoch, done } = this.#position;
    const ends = done || this.#wanted === "stop";
    const isEpoch = step > 0 && step % stepsPerEpoch === 0;
    if ((isEpoch || ends) && !this.#isEvaluated("validation")) return () => this.#evaluate("validation");
    if (!ends) return () => this.#chunk();
    return this.#isEvaluated("test") ? null : () => this.#evaluate("test");
  }

  async #chunk() {
    const { now, orCrash } = this.#options;
    if (this.state === "evaluating") this.#setState("running");
    const start = now();
    const goAhead = this.#wanted === "run" && !this.#saver.isDue;
    this.#note(await orCrash(this.#steps.next(this.#count, goAhead)), now() - start);
    if (this.#saver.isDue && !this.#steps.isAhead) await this.#save("running");
  }

  /**
   * @param {StepStats} stats
   * @param {number} milliseconds
   */
  #note(stats, milliseconds) {
    this.#progress.add(stats, milliseconds);
    const fitting = Math.floor((TURN_MS / 1000) * this.#progress.stepsPerSecond);
    this.#count = Math.max(1, Math.min(MOST_STEPS, 2 * this.#count, fitting));
    let { loss } = this.run;
    for (const each of stats.losses) loss = loss === null ? each : 0.95 * loss + 0.05 * each;
    this.#position = positionOf(stats);
    this.run = { ...this.run, loss, position: this.#position };
  }

  /** @param {"validation" | "test"} set */
  async #evaluate(set) {
    this.#setState("evaluating");
    const { signal } = (this.#evaluation = new AbortController());
    try {
      const evaluation = await this.#options.orCrash(this.#trainer.evaluate({ set, signal }));
      this.#evaluated.add(`${set} ${evaluation.step}`);
      const accuracy = set === "test" ? "testAccuracy" : "validationAccuracy";
      this.run = { ...this.run, [accuracy]: evaluation.accuracy };
      this.#options.post({ event: "evaluation", evaluation });
    } catch (error) {
      // By a pause: it is made up for when the run goes on.
      if (signal.aborted) return;
      throw error;
    } finally {
      this.#evaluation = null;
    }
    if (set === "validation") await this.#save("running");
  }

  /** @param {"validation" | "test"} set */
  #isEvaluated(set) {
    return this.#evaluated.has(`${set} ${this.#position.step}`);
  }

  async #end() {
    const ended = this.#position.done ? "finished" : "stopped";
    const state = this.#wanted === "pause" ? "paused" : ended;
    if (state !== "paused") this.run = { ...this.run, active: false };
    await this.#save(state);
    if (state !== "paused") this.#options.release();
    this.#setState(state);
  }

  /** @param {unknown} error */
  async #fail(error) {
    this.run = { ...this.run, active: false };
    try {
      // The trainer is back at its last good state.
      this.#position = this.#trainer.position;
      await this.#save("failed");
    } catch {
      // What failed may be the trainer itself: then the checkpoint of before stays.
    }
    this.#options.release();
    this.#setState("failed", wordsOf(error));
  }

  /** @param {RunStatus} status */
  async #save(status) {
    // A device that has come to compute something else must not be what the run goes on from.
    if (this.#trainer.deviceInfo.kind === "webgpu") await this.#options.orCrash(this.#trainer.check());
    this.run = { ...this.run, status, position: this.#position };
    this.#saving = this.#saver.save(this.run, this.#trainer);
    this.run = await this.#saving;
  }

  /** @param {() => Promise<void>} work */
  async #orReplace(work) {
    try {
      await work();
    } catch (error) {
      const { checkpoint } = this.#saver;
      const replaced = checkpoint && (await this.#options.replace(error, checkpoint));
      if (!replaced) throw error;
      // The old one is not freed: after a failure its memory can no longer be trusted.
      this.#reader = null;
      this.run = { ...this.run, active: true };
      this.#adopt(replaced);
    }
  }

  /** @param {Trainer} trainer */
  #adopt(trainer) {
    this.#trainer = trainer;
    this.#position = trainer.position;
    this.#count = 1;
    this.#steps = new Steps(trainer);
    this.#evaluated = new Set(trainer.history.evaluations.map(({ set, step }) => `${set} ${step}`));
  }

  /**
   * @param {TrainState} state
   * @param {import("../../shared/protocol.js").Words | null} [message]
   */
  #setState(state, message = null) {
    this.#progress.flush();
    this.state = state;
    this.#options.post({ event: "state", state, run: this.run, message });
  }
}
