/** The training page: puts its parts together. */
import { find } from "../dom.js";
import { codeOf, messageOf } from "../../shared/protocol.js";
import { ChartsView } from "./charts.js";
import { ask } from "./ask.js";
import { TrainClient } from "./client.js";
import { EvaluationView } from "./evaluation.js";
import { LiveView } from "./live.js";
import { MineView } from "./mine.js";
import { NumbersView } from "./numbers.js";
import { offerToResume } from "./offer.js";
import { PreviewView } from "./preview.js";
import { RunRecord } from "./record.js";
import { RunsView } from "./runs.js";
import { BUSY, RunView } from "./runview.js";
import { Setup } from "./setup.js";
import { Stopwatch } from "./stopwatch.js";
import { loadStyles } from "./styles.js";

/**
 * @typedef {import("../../shared/train/protocol.js").TrainEvent} TrainEvent
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 *
 * @typedef {object} PageOptions
 * @property {HTMLElement} panel
 * @property {(problems: string[]) => void} onProblems with the address
 * @property {(id: string, name: string) => void} useModel on the drawing page
 */

/** Codes of errors that other data than the run's own may mend. */
const DATA_ERRORS = new Set(["data-gone", "data-needed", "other-data"]);

/** @param {PageOptions} options */
export async function openPage(options) {
  await loadStyles();
  await new TrainPage(options).open();
}

class TrainPage {
  #panel;
  #name;
  #client = new TrainClient({ onEvent: (event) => this.#receive(event), onCrash: (error) => this.#crash(error) });
  #setup;
  #run;
  #numbers;
  #charts;
  #evaluation;
  #live;
  #preview;
  #runs;
  #mine;
  #watch = new Stopwatch((seconds) => this.#numbers.showElapsed(seconds));
  #onProblems;
  /** Whether somebody wrote a name for the run. */
  #isNamed = false;
  /** The name of the run that is shown. */
  #shown = "";
  /** Whether what it has learnt is in this tab alone. */
  #isUnkept = false;

  /** @param {PageOptions} options */
  constructor({ panel, onProblems, useModel }) {
    const client = this.#client;
    const resume = (/** @type {RunInfo} */ run) => this.#resume(run);
    this.#panel = panel;
    this.#onProblems = onProblems;
    this.#name = find("run-name", HTMLInputElement, panel);
    this.#setup = new Setup(panel, client, onProblems);
    this.#run = new RunView(panel, {
      start: () => this.#start(),
      pause: () => this.#attempt(() => (this.#run.state === "paused" ? client.ask("continue", {}) : client.ask("pause", {}))),
      stop: () => this.#attempt(() => client.ask("stop", {})),
      reset: () => this.#reset(),
    });
    this.#numbers = new NumbersView(panel);
    this.#charts = new ChartsView(panel);
    this.#evaluation = new EvaluationView(panel);
    this.#live = new LiveView(panel, client);
    this.#preview = new PreviewView(panel, client, this.#setup);
    this.#runs = new RunsView({ panel, client, charts: this.#charts, resume, useModel });
    this.#mine = new MineView(panel, (count) => this.#setup.showMine(count));
    this.#setup.addEventListener("change", () => {
      this.#showSetup();
      this.#preview.update();
    });
    this.#name.addEventListener("input", () => (this.#isNamed = this.#name.value.trim() !== ""));
    addEventListener("beforeunload", (event) => {
      if (BUSY.includes(this.#run.state) || this.#isUnkept) event.preventDefault();
    });
  }

  async open() {
    this.#showSetup();
    await this.#attempt(async () => {
      await this.#setup.load();
      this.#setup.enable(true);
      offerToResume(this.#panel, await this.#runs.load(), (run) => this.#resume(run));
      this.#showSetup();
    });
    // Apart: digits that can't be read are no reason not to train.
    await this.#attempt(() => this.#mine.show());
  }

  #showSetup() {
    this.#run.showProblem(this.#setup.problem);
    if (!this.#isNamed) this.#name.value = this.#suggestName();
  }

  #suggestName() {
    return `${this.#setup.values.preset} · ${this.#setup.dataName} · ${this.#runs.count + 1}`;
  }

  /** @returns {Promise<boolean>} whether the run that is shown may go, which is asked where it would be lost */
  async #mayLetGo() {
    if (!this.#isUnkept) return true;
    const question = `This browser could not keep the run “${this.#shown}”: what it has learnt is in this tab alone, and would be lost. Download its checkpoint first if you want to keep it.`;
    return ask(this.#panel, question, "Let it go");
  }

  async #start() {
    if (!(await this.#mayLetGo())) return;
    const name = this.#name.value.trim() || this.#suggestName();
    this.#clear(new RunRecord(), name);
    await this.#begin(() => this.#client.ask("start", { run: this.#setup.runSpec(name), measure: this.#setup.takeDeviceChoice() }));
  }

  /** @param {RunInfo} run */
  async #resume(run) {
    if (!(await this.#mayLetGo())) return;
    const { id, name } = run;
    this.#clear(new RunRecord(), name);
    this.#panel.scrollIntoView({ block: "start" });
    await this.#begin(async () => {
      const { history, position } = await this.#client.ask("inspect", { id });
      this.#charts.start(RunRecord.from(history, position.stepsPerEpoch), name);
      this.#showRecord();
      return this.#resumeWithData(run);
    });
  }

  /**
   * Where a run's data is not known here any more, what the setup names may be the same.
   * @param {RunInfo} run
   */
  async #resumeWithData({ id, spec }) {
    try {
      return await this.#client.ask("resume", { id });
    } catch (error) {
      const { problem } = this.#setup;
      if (problem || !DATA_ERRORS.has(codeOf(error))) throw error;
      return this.#client.ask("resume", { id, data: { ...this.#setup.spec, images: spec.data.images } });
    }
  }

  /** @param {() => Promise<RunInfo>} work */
  async #begin(work) {
    find("resume-offer", HTMLElement, this.#panel).hidden = true;
    this.#setup.fold();
    this.#showState("loading", null);
    try {
      const run = await work();
      this.#runs.current = run.id;
      this.#numbers.showPosition(run.position);
      await this.#runs.load();
    } catch (error) {
      const isStopped = codeOf(error) === "superseded";
      this.#showState(isStopped ? "idle" : "failed", isStopped ? null : messageOf(error));
    }
  }

  async #reset() {
    if (!(await this.#mayLetGo())) return;
    await this.#attempt(async () => {
      await this.#client.ask("discard", {});
      this.#clear(new RunRecord(), "run");
      this.#runs.current = undefined;
      this.#isNamed = false;
      this.#showState("idle", null);
      await this.#setup.reset();
      await this.#runs.load();
      this.#showSetup();
    });
  }

  /**
   * @param {RunRecord} record
   * @param {string} name
   */
  #clear(record, name) {
    this.#shown = name;
    this.#isUnkept = false;
    this.#charts.start(record, name);
    this.#numbers.clear();
    this.#evaluation.show(undefined);
    this.#run.showStorage(null);
    this.#run.showShare(0);
    this.#watch.reset();
  }

  /** @param {TrainEvent} event */
  #receive(event) {
    switch (event.event) {
      case "state":
        if (event.run) {
          this.#runs.current = event.run.id;
          this.#runs.update(event.run);
          this.#numbers.showPosition(event.run.position);
        }
        this.#showState(event.state, event.message);
        break;
      case "steps":
        this.#charts.record.addSteps(event);
        this.#numbers.showPosition(event.position);
        this.#numbers.showSpeed(event);
        this.#run.showShare(event.position.step / Math.max(event.position.steps, 1));
        this.#showRecord();
        break;
      case "evaluation":
        this.#charts.record.addEvaluation(event.evaluation);
        this.#evaluation.show(event.evaluation);
        this.#showRecord();
        this.#charts.showTable();
        break;
      case "device":
        this.#numbers.showDevice(event.device);
        break;
      case "download":
        this.#run.showDownload(event);
        break;
      case "saved":
        this.#runs.update(event.run);
        break;
      case "storage":
        this.#isUnkept = event.problem !== null;
        this.#run.showStorage(event.problem);
        break;
      case "notice":
        this.#onProblems([event.message]);
        break;
    }
  }

  #showRecord() {
    this.#numbers.showRecord(this.#charts.record);
    this.#charts.update();
  }

  /**
   * @param {import("../../shared/train/protocol.js").TrainState} state
   * @param {string | null} message
   */
  #showState(state, message) {
    const isBusy = BUSY.includes(state);
    const isLearning = isBusy || state === "paused";
    this.#run.showState(state, message);
    this.#setup.enable(!isLearning);
    this.#live.isLearning = isLearning;
    if (isBusy) this.#watch.start();
    else this.#watch.stop();
    if (!isLearning) this.#numbers.clearTimeLeft();
    if (!isBusy) this.#charts.showTable();
    if (!isBusy) this.#runs.load().then(() => this.#showSetup());
  }

  /** @param {Error} error */
  async #crash(error) {
    if (codeOf(error) === "worker-broken") {
      this.#showState("failed", adviceFor(error));
      return;
    }
    this.#showState("failed", `${error.message}; what the last checkpoint holds is kept`);
    offerToResume(this.#panel, await this.#runs.load(), (run) => this.#resume(run));
  }

  /** @param {() => Promise<unknown>} work */
  async #attempt(work) {
    try {
      await work();
    } catch (error) {
      this.#run.showError(codeOf(error) === "worker-broken" ? adviceFor(error) : error);
    }
  }
}

/** @param {unknown} error of a worker that can't be loaded */
function adviceFor(error) {
  return `${messageOf(error)}; press Reset to try again`;
}
