import { find } from "../dom.js";
import { percent, say } from "../words.js";
import { Chart } from "./chart.js";
import { percentTick, short } from "./format.js";
import { save } from "./save.js";
import { TableView } from "./table.js";

/** @typedef {import("./chart.js").Line} Line */
/** @typedef {import("./record.js").RunRecord} RunRecord */
/** @typedef {import("./run.js").CurrentRun} CurrentRun */
/** @typedef {{ name: string, record: RunRecord, color: string }} Compared */

/** The number of other runs that have colours of their own. */
export const MOST_COMPARED = 4;

/** The time between two updates of the table. */
const TABLE_EVERY_MS = 1000;

/** The curves of the run and of those it is compared with, and its numbers. */
export class ChartsView {
  #run;
  /** @type {Map<string, Compared>} by the run's id */
  #compared = new Map();
  #loss;
  #accuracy;
  #rate;
  #legend;
  #table;
  #details;
  #csv;
  #tableShown = 0;

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   */
  constructor(panel, run) {
    this.#run = run;
    this.#loss = new Chart(find("loss-chart", HTMLElement, panel), { title: say("train.loss"), format: short });
    this.#accuracy = new Chart(find("accuracy-chart", HTMLElement, panel), {
      title: say("train.accuracy"),
      format: percentTick,
      range: (low, high) => [Math.max(0, Math.floor(low * 10) / 10), Math.min(1, Math.ceil((high + 0.01) * 10) / 10)],
    });
    this.#rate = new Chart(find("rate-chart", HTMLElement, panel), {
      title: say("train.learning-rate"),
      format: short,
      range: (_, high) => [0, high > 0 ? high * 1.1 : 1],
    });
    this.#legend = find("legend", HTMLElement, panel);
    this.#table = new TableView(find("epoch-rows", HTMLTableSectionElement, panel));
    this.#details = find("numbers-table", HTMLDetailsElement, panel);
    this.#csv = find("download-csv", HTMLButtonElement, panel);
    this.#csv.addEventListener("click", () => save(`${run.name}.csv`, run.record.toCsv()));
    this.#details.addEventListener("toggle", () => this.#renderTable());
    const log = find("log-scale", HTMLInputElement, panel);
    log.addEventListener("change", () => {
      this.#loss.isLogarithmic = log.checked;
      this.#loss.invalidate();
    });
    run.addEventListener("record", () => this.#render());
    run.addEventListener("evaluation", () => this.#renderTable());
    run.addEventListener("state", () => {
      if (!run.isBusy) this.#renderTable();
    });
    this.#render();
  }

  /**
   * @param {string} id
   * @param {{ name: string, record: RunRecord } | undefined} other undefined to take it away
   */
  compare(id, other) {
    this.#compared.delete(id);
    if (other) {
      const taken = new Set([...this.#compared.values()].map(({ color }) => color));
      const colors = Array.from({ length: MOST_COMPARED }, (_, i) => `--run-${i + 1}`);
      this.#compared.set(id, { ...other, color: colors.find((each) => !taken.has(each)) ?? colors[0] });
    }
    this.#render();
  }

  #render() {
    const others = [...this.#compared.values()];
    const { record } = this.#run;
    this.#loss.show([
      ...linesOf(record, "loss", { name: say("chart.training"), color: "--ink", validation: "--pencil", isMain: true }),
      ...others.flatMap(({ name, record: other, color }) => linesOf(other, "loss", { name, color, validation: color, isMain: false })),
    ]);
    this.#accuracy.show([
      ...linesOf(record, "accuracy", { name: say("chart.training"), color: "--ink", validation: "--pencil", isMain: true }),
      ...others.flatMap(({ name, record: other, color }) => linesOf(other, "accuracy", { name, color, validation: color, isMain: false })),
    ]);
    this.#rate.show([
      { name: say("chart.this-run"), color: "--ink", look: "line", steps: record.rate.steps, values: record.rate.most },
      ...others.map(({ name, record: { rate }, color }) => /** @type {Line} */ ({ name, color, look: "line", steps: rate.steps, values: rate.most })),
    ]);
    this.#csv.disabled = record.length === 0;
    this.#renderLegend(others);
    if (performance.now() - this.#tableShown > TABLE_EVERY_MS) this.#renderTable();
  }

  #renderTable() {
    if (!this.#details.open) return;
    this.#tableShown = performance.now();
    this.#table.show(this.#run.record.rows);
  }

  /** @param {Compared[]} others */
  #renderLegend(others) {
    const entries = [
      { text: say("chart.smoothed"), color: "--ink" },
      { text: say("chart.evaluated"), color: "--pencil" },
      ...others.map(({ name, color, record }) => {
        const last = record.of("validation").at(-1);
        return { text: last ? say("chart.compared", { name, accuracy: percent(last.accuracy) }) : name, color };
      }),
    ];
    const key = JSON.stringify(entries);
    if (this.#legend.dataset.shown === key) return;
    this.#legend.dataset.shown = key;
    this.#legend.replaceChildren(
      ...entries.map(({ text, color }) => {
        const item = document.createElement("li");
        item.textContent = text;
        item.style.setProperty("--color", `var(${color})`);
        return item;
      }),
    );
  }
}

/**
 * @param {RunRecord} record
 * @param {"loss" | "accuracy"} what
 * @param {{ name: string, color: string, validation: string, isMain: boolean }} options
 * @returns {Line[]}
 */
function linesOf(record, what, { name, color, validation, isMain }) {
  const { steps, smooth, least, most } = record[what];
  const points = record.of("validation");
  /** @type {Line[]} */
  const edges = [
    { name, color, look: "edge", steps, values: least },
    { name, color, look: "edge", steps, values: most },
  ];
  return [
    ...(isMain ? edges : []),
    { name, color, look: "line", steps, values: smooth },
    {
      name: isMain ? say("chart.validation") : say("chart.validation-of", { name }),
      color: validation,
      look: "points",
      steps: points.map(({ step }) => step),
      values: points.map((point) => point[what]),
    },
  ];
}
