/** The training page: puts its parts together, and gives the commands. */
import { find, setText } from "../dom.js";
import { codeOf, CodedError } from "../../shared/protocol.js";
import { say, sayWords } from "../words.js";
import { ChartsView } from "./charts.js";
import { ask } from "../ask.js";
import { TrainClient } from "./client.js";
import { EvaluationView } from "./evaluation.js";
import { LiveView } from "./live.js";
import { OwnDigitsView } from "./owndigits.js";
import { NumbersView } from "./numbers.js";
import { OfferView } from "./offer.js";
import { PreviewView } from "./preview.js";
import { CurrentRun } from "./run.js";
import { RunsView } from "./runs.js";
import { RunView } from "./runview.js";
import { Setup } from "./setup.js";
import { loadStyles } from "./styles.js";
import { isClearing } from "../persist.js";
import { keepAwake } from "./wakelock.js";

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

/** A browser ends a stuck worker within about two seconds. */
const MOST_TRIES = 20;
const TRY_AGAIN_MS = 250;

/** @param {PageOptions} options */
export async function openPage(options) {
  await loadStyles();
  await new TrainPage(options).open();
}

class TrainPage {
  #panel;
  #name;
  #run = new CurrentRun();
  #client = new TrainClient({
    onEvent: (event) => this.#receive(event),
    onCrash: (error) => this.#crash(error),
    onRefusal: () => setText(find("may-be-cleared", HTMLElement, this.#panel), say("page.may-be-cleared")),
  });
  #setup;
  #runView;
  #preview;
  #runs;
  #offer;
  #ownDigits;
  #onProblems;
  /** @type {string | undefined} id of the run that was resumed last, unless another was started since */
  #resumed;
  /** True once somebody wrote a name for the run. */
  #isNamed = false;

  /** @param {PageOptions} options */
  constructor({ panel, onProblems, useModel }) {
    const [client, run] = [this.#client, this.#run];
    const resume = (/** @type {RunInfo} */ info) => this.#resume(info);
    this.#panel = panel;
    this.#onProblems = onProblems;
    this.#name = find("run-name", HTMLInputElement, panel);
    this.#setup = new Setup(panel, client, onProblems);
    this.#runView = new RunView(panel, run, {
      start: () => this.#start(),
      pause: () => (run.isPaused ? this.#tell("continue", "running") : this.#tell("pause", "pausing")),
      stop: () => this.#tell("stop", "stopping"),
      reset: () => this.#reset(),
      end: () => this.#end(),
    });
    keepAwake(run);
    new NumbersView(panel, run);
    new EvaluationView(panel, run);
    new LiveView(panel, client, run);
    this.#preview = new PreviewView(panel, client, this.#setup);
    this.#runs = new RunsView({ panel, client, run, charts: new ChartsView(panel, run), resume, useModel });
    this.#offer = new OfferView(panel, run, resume);
    this.#ownDigits = new OwnDigitsView(panel, client, (count) => this.#setup.showMine(count));
    this.#listen();
  }

  #listen() {
    this.#run.addEventListener("state", () => {
      this.#setup.enable(!this.#run.isLearning);
      if (!this.#run.isBusy) this.#runs.load().then(() => this.#showSetup());
    });
    this.#setup.addEventListener("change", () => {
      this.#showSetup();
      this.#preview.update();
    });
    this.#name.addEventListener("input", () => (this.#isNamed = this.#name.value.trim() !== ""));
    addEventListener("beforeunload", (event) => {
      if (this.#run.mayBeLost && !isClearing()) event.preventDefault();
    });
  }

  async open() {
    this.#showSetup();
    await this.#attempt(async () => {
      await this.#setup.load();
      this.#setup.enable(true);
      this.#offer.show(await this.#runs.load());
    });
    this.#showSetup();
    // Apart: digits that can't be read are no reason not to train.
    await this.#attempt(() => this.#ownDigits.show());
  }

  #showSetup() {
    this.#runView.showProblem(this.#setup.problem);
    if (!this.#isNamed) this.#name.value = this.#suggestName();
  }

  #suggestName() {
    return `${this.#setup.values.preset} · ${this.#setup.dataName} · ${this.#runs.count + 1}`;
  }

  /** @returns {Promise<boolean>} whether the run may go, which is asked where it would be lost */
  async #mayLetGo() {
    if (this.#run.isKept) return true;
    return ask(say("run.lost", { name: this.#run.name }), say("run.let-go"));
  }

  #start() {
    this.#resumed = undefined;
    const name = this.#name.value.trim() || this.#suggestName();
    return this.#begin(name, () => this.#client.ask("start", { run: this.#setup.runSpec(name), measure: this.#setup.takeDeviceChoice() }));
  }

  /** @param {RunInfo} info */
  #resume(info) {
    this.#resumed = info.id;
    return this.#begin(info.name, async () => {
      this.#panel.scrollIntoView({ block: "start" });
      this.#run.recall(await this.#client.ask("inspect", { id: info.id }));
      return this.#resumeWithData(info);
    });
  }

  /**
   * Resumes a run; where its data is not known here any more, what the setup names may be the same.
   * @param {RunInfo} info
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

  /**
   * @param {string} name
   * @param {() => Promise<RunInfo>} load
   */
  async #begin(name, load) {
    if (!(await this.#mayLetGo())) return;
    this.#run.begin(name);
    this.#setup.fold();
    try {
      await load();
      await this.#runs.load();
    } catch (error) {
      this.#run.fail(error);
    }
  }

  /**
   * @param {"pause" | "continue" | "stop"} command
   * @param {import("./run.js").TrainState} state that it leads to
   */
  #tell(command, state) {
    return this.#attempt(() => this.#run.waitFor(this.#client.ask(command, {}), state));
  }

  async #reset() {
    if (!(await this.#mayLetGo())) return;
    await this.#attempt(async () => {
      await this.#run.waitFor(this.#client.ask("discard", {}), "idle").catch((error) => {
        // A worker that was ended has forgotten the run, too.
        if (codeOf(error) !== "terminated") throw error;
      });
      this.#isNamed = false;
      this.#run.reset();
      await this.#setup.reset();
      await this.#runs.load();
      this.#showSetup();
    });
    await this.#ownDigits.show();
  }

  /** Ends a worker that does not answer, and with it what waits for it. */
  async #end() {
    if (!(await this.#mayLetGo())) return;
    // It may have answered meanwhile.
    if (!this.#run.isOverdue) return;
    this.#client.terminate();
    await this.#crash(new CodedError("terminated"));
  }

  /** @param {TrainEvent} event */
  #receive(event) {
    if (event.event === "notice") this.#onProblems([sayWords(event.message)]);
    else this.#run.receive(event);
  }

  /** @param {Error} error */
  async #crash(error) {
    const id = this.#run.id ?? this.#resumed;
    this.#run.crash(error);
    if (codeOf(error) === "worker-broken") return;
    const runs = await this.#loadFreed(id);
    if (!this.#run.isLearning) this.#offer.show(runs);
  }

  /**
   * @param {string | undefined} id of the run of a worker that has ended; one that was stuck in its work
   *   takes some seconds to end, and holds its run until then
   */
  async #loadFreed(id) {
    for (let tries = 0; ; tries += 1) {
      const runs = await this.#runs.load();
      const isHeld = runs.some((run) => run.id === id && run.active);
      if (!isHeld || this.#run.isLearning || tries === MOST_TRIES) return runs;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }

  /** @param {() => Promise<unknown>} work */
  async #attempt(work) {
    try {
      await work();
    } catch (error) {
      this.#run.refuse(error);
    }
  }
}
