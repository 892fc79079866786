// Before uPlot, which trusts the language that the browser names.
import "../../shared/compat.js";
import uPlot from "../../vendor/uplot.js";
import { say } from "../words.js";
import { whole } from "./format.js";

/**
 * @typedef {object} Line
 * @property {string} name for people
 * @property {string} color a custom property of the stylesheet, such as `--ink`
 * @property {number[]} steps
 * @property {number[]} values one per step
 * @property {"line" | "points" | "edge"} look an edge is the lower or upper end of a faint band
 *
 * @typedef {object} ChartOptions
 * @property {string} title
 * @property {(value: number) => string} format of values
 * @property {(low: number, high: number) => [number, number]} [range] of the axis, from that of the values
 */

const FONT = "12px system-ui, sans-serif";

/** Lines over steps, drawn at most once per frame and only where they can be seen. */
export class Chart {
  #element;
  #options;
  #readout = document.createElement("p");
  /** @type {uPlot | undefined} */
  #plot;
  /** The lines and colours that the plot was made for: other lines or colours need another. */
  #made = "";
  /** @type {Line[]} */
  #lines = [];
  #frame = 0;
  isLogarithmic = false;

  /**
   * @param {HTMLElement} element is filled
   * @param {ChartOptions} options
   */
  constructor(element, options) {
    this.#element = element;
    this.#options = options;
    this.#readout.className = "readout";
    this.#readout.ariaHidden = "true";
    element.after(this.#readout);
    new ResizeObserver(() => this.invalidate()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#made = "";
      this.invalidate();
    });
  }

  /** @param {Line[]} lines */
  show(lines) {
    this.#lines = lines;
    this.invalidate();
  }

  /** Draws with the next frame, of which a hidden page has none. */
  invalidate() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    // Another tab is open, which shows it again when that is closed.
    if (width === 0) return;
    const lines = this.#lines.filter(({ steps }) => steps.length > 0);
    this.#element.classList.toggle("is-empty", lines.length === 0);
    this.#element.ariaLabel = this.#describe(lines);
    const data = align(lines, this.isLogarithmic);
    const need = JSON.stringify([this.isLogarithmic, lines.map(({ color, look }) => [color, look])]);
    if (!this.#plot || need !== this.#made) {
      this.#made = need;
      this.#plot?.destroy();
      this.#plot = new uPlot(this.#config(lines, width, height), data, this.#element);
      return;
    }
    if (this.#plot.width !== width || this.#plot.height !== height) this.#plot.setSize({ width, height });
    this.#plot.setData(data);
  }

  /** @param {Line[]} lines */
  #describe(lines) {
    const { title, format } = this.#options;
    const ends = lines.filter(({ look }) => look !== "edge").map((line) => `${line.name} ${format(line.values.at(-1) ?? NaN)}`);
    const step = lines.at(0)?.steps.at(-1);
    return step === undefined ? say("chart.empty", { title }) : say("chart.now", { title, step, values: ends });
  }

  /**
   * @param {Line[]} lines
   * @param {number} width
   * @param {number} height
   * @returns {uPlot.Options}
   */
  #config(lines, width, height) {
    const style = getComputedStyle(this.#element);
    const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const axis = { font: FONT, stroke: color("--muted"), grid: { stroke: color("--rule"), width: 1 }, ticks: { show: false } };
    const { format, range } = this.#options;
    const edges = lines.flatMap(({ look }, i) => (look === "edge" ? [i + 1] : []));
    return {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: (_, low, high) => [Math.min(low, 1), Math.max(high, 2)] },
        y: this.isLogarithmic ? { distr: 3 } : range ? { range: (_, low, high) => range(low, high) } : {},
      },
      axes: [
        { ...axis, space: 60, size: 28, values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? whole(tick) : "")) },
        { ...axis, size: 56, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : format(tick))) },
      ],
      series: [{}, ...lines.map((line) => seriesOf(line, color(line.color)))],
      bands: edges.length === 2 ? [{ series: [edges[1], edges[0]], fill: faint(color(lines[edges[0] - 1].color), 0.18) }] : [],
      hooks: { setCursor: [(plot) => this.#read(plot)] },
    };
  }

  /** @param {uPlot} plot shows the values under the pointer */
  #read(plot) {
    const at = plot.cursor.idx;
    if (at === null || at === undefined || (plot.cursor.left ?? -1) < 0) {
      this.#readout.textContent = "";
      return;
    }
    const lines = this.#lines.filter(({ steps }) => steps.length > 0);
    const parts = lines.flatMap(({ look, name }, i) => {
      const value = plot.data[i + 1][at];
      return look === "edge" || value === null || value === undefined ? [] : [`${name} ${this.#options.format(value)}`];
    });
    this.#readout.textContent = say("chart.readout", { step: plot.data[0][at], values: parts });
  }
}

/**
 * @param {Line} line
 * @param {string} color
 * @returns {uPlot.Series}
 */
function seriesOf({ look }, color) {
  switch (look) {
    case "line":
      return { stroke: color, width: 2, spanGaps: true, points: { show: false } };
    case "edge":
      return { stroke: faint(color, 0.35), width: 1, spanGaps: true, points: { show: false } };
    case "points":
      return { stroke: color, width: 1, dash: [4, 4], spanGaps: true, points: { show: true, size: 7, fill: color } };
  }
}

/**
 * @param {string} color as #rrggbb
 * @param {number} alpha
 */
function faint(color, alpha) {
  return color + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

/**
 * Lines have steps of their own; a plot wants one row of steps for all.
 *
 * @param {Line[]} lines
 * @param {boolean} isLogarithmic
 * @returns {uPlot.AlignedData}
 */
function align(lines, isLogarithmic) {
  if (lines.length === 0) return [[], []];
  const positive = (/** @type {number} */ value) => (value > 0 ? value : null);
  return uPlot.join(lines.map(({ steps, values }) => [steps, isLogarithmic ? values.map(positive) : values]));
}
