import { find } from "../dom.js";
import { held } from "../held.js";
import { checkSize } from "../../shared/limits.js";
import { CodedError } from "../../shared/protocol.js";
import { say } from "../words.js";
import { ask } from "../ask.js";
import { MOST_COMPARED } from "./charts.js";
import { tellIn } from "./format.js";
import { RunRecord } from "./record.js";
import { RunRow } from "./runrow.js";
import { save } from "./save.js";

/**
 * @typedef {import("./client.js").TrainClient} TrainClient
 * @typedef {import("./charts.js").ChartsView} ChartsView
 * @typedef {import("./run.js").CurrentRun} CurrentRun
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 *
 * @typedef {object} RunsOptions
 * @property {HTMLElement} panel
 * @property {TrainClient} client
 * @property {CurrentRun} run
 * @property {ChartsView} charts
 * @property {(run: RunInfo) => void} resume
 * @property {(id: string, name: string) => void} useModel
 */

/** The time between two looks at a run that is in training elsewhere. */
const AGAIN_MS = 2_000;

const FILE_NAMES = { checkpoint: "checkpoint", float32: "weights-float32", float16: "weights-float16" };

/** The runs that this browser keeps. */
export class RunsView {
  #options;
  #list;
  #none;
  #error;
  /** @type {Map<string, RunRow>} */
  #rows = new Map();
  /** @type {Set<string>} ids */
  #compared = new Set();
  #loads = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {RunsOptions} options */
  constructor(options) {
    const { panel, run } = options;
    this.#options = options;
    this.#list = find("runs", HTMLElement, panel);
    this.#none = find("no-runs", HTMLElement, panel);
    this.#error = find("runs-error", HTMLElement, panel);
    const file = find("import-checkpoint", HTMLInputElement, panel);
    file.addEventListener("change", () => this.#try(() => this.#import(file)));
    run.addEventListener("info", () => {
      if (run.info) this.#renderCurrent(run.info);
    });
  }

  get count() {
    return this.#rows.size;
  }

  /** @returns {Promise<RunInfo[]>} all of them, as shown */
  async load() {
    /** @type {RunInfo[]} */
    let runs = [];
    await this.#try(async () => {
      runs = await this.#read();
    });
    return runs;
  }

  async #read() {
    const load = ++this.#loads;
    const runs = await this.#options.client.ask("runs", {});
    // A later answer knows better.
    if (load !== this.#loads) return runs;
    const ids = new Set(runs.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (!ids.has(id)) this.#remove(id);
    for (const run of [...runs].reverse()) this.#render(run);
    this.#follow(runs);
    return runs;
  }

  /**
   * Nobody tells this page how far another tab is, nor that it lets go of its run, which can be resumed then.
   *
   * @param {RunInfo[]} runs
   */
  #follow(runs) {
    const { run } = this.#options;
    clearTimeout(this.#timer);
    const isElsewhere = runs.some(({ id, active }) => active && !(run.isLearning && id === run.id));
    // Nobody asked: what went wrong before goes on to be said, and nothing else is.
    if (isElsewhere) this.#timer = setTimeout(() => this.#read().catch(() => {}), AGAIN_MS);
  }

  /** @param {RunInfo} run the one on the page, which others are compared with */
  #renderCurrent(run) {
    if (this.#compared.has(run.id)) this.#compare(run.id, false);
    this.#render(run);
  }

  /** @param {RunInfo} run a new one goes to the top */
  #render(run) {
    const isCurrent = run.id === this.#options.run.id;
    const row = this.#rows.get(run.id) ?? this.#add(run);
    row.show(run, { isCurrent, isCompared: this.#compared.has(run.id) });
    this.#none.hidden = true;
  }

  /** @param {RunInfo} run */
  #add(run) {
    const { client, resume } = this.#options;
    const row = new RunRow({
      rename: (info, name) => this.#try(async () => this.#render(await client.ask("rename", { id: info.id, name }))),
      compare: (info, isCompared) => this.#try(() => this.#compare(info.id, isCompared)),
      use: (info) => this.#try(() => this.#use(info)),
      resume,
      save: (info, what) =>
        this.#try(async () => save(`${info.name}-${FILE_NAMES[what]}.safetensors`, await client.ask("export", { id: info.id, what }))),
      remove: (info) =>
        this.#try(async () => {
          if (!(await ask(say("runs.delete", { name: info.name }), say("train.delete")))) return;
          await client.ask("delete", { id: info.id });
          await this.load();
        }),
    });
    this.#rows.set(run.id, row);
    this.#list.prepend(row.element);
    return row;
  }

  /**
   * Reads digits with a run's model; the page holds one that storage does not have.
   * @param {RunInfo} info
   */
  async #use({ id, name }) {
    const { client, run, useModel } = this.#options;
    const model = `run:${id}`;
    if (id === run.id && !run.isKept) held.set(model, await client.ask("export", { id, what: "float32" }));
    else held.delete(model);
    useModel(id, name);
  }

  /** @param {string} id */
  #remove(id) {
    this.#rows.get(id)?.element.remove();
    this.#rows.delete(id);
    if (this.#compared.has(id)) this.#compare(id, false);
    this.#none.hidden = this.#rows.size > 0;
  }

  /**
   * @param {string} id
   * @param {boolean} isCompared
   */
  async #compare(id, isCompared) {
    const { client, charts } = this.#options;
    const row = this.#rows.get(id);
    if (!isCompared || !row) {
      this.#compared.delete(id);
      charts.compare(id, undefined);
      return;
    }
    if (this.#compared.size === MOST_COMPARED) {
      row.uncheck();
      throw new CodedError("too-many-compared", { most: MOST_COMPARED });
    }
    this.#compared.add(id);
    const { history, position } = await client.ask("inspect", { id });
    charts.compare(id, { name: row.name, record: RunRecord.from(history, position.stepsPerEpoch) });
  }

  /** @param {HTMLInputElement} input */
  async #import(input) {
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    checkSize(file.name, file.size);
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.#render(await this.#options.client.ask("import", { name: file.name.replace(/\.safetensors$/, ""), bytes }));
  }

  /** @param {() => unknown} work */
  #try(work) {
    return tellIn(this.#error, work);
  }
}
