import { find, make } from "../dom.js";
import { percent, say } from "../words.js";
import { Bars } from "../draw/bars.js";
import { wholePercent } from "./format.js";
import { showTiles } from "./tiles.js";

/** @typedef {import("./run.js").CurrentRun} CurrentRun */

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** @type {Record<string, [number, number]>} rows and columns to move by */
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The confusion matrix of the last evaluation, and the worst mistakes. */
export class EvaluationView {
  #run;
  #note;
  #box;
  #detail;
  #mistakes;
  #bars;
  #cells;

  /**
   * @param {HTMLElement} panel
   * @param {CurrentRun} run
   */
  constructor(panel, run) {
    const table = find("confusion", HTMLTableElement, panel);
    this.#run = run;
    this.#note = find("evaluation-note", HTMLElement, panel);
    this.#box = find("evaluation-box", HTMLElement, panel);
    this.#detail = find("confusion-detail", HTMLElement, panel);
    this.#mistakes = find("mistakes", HTMLElement, panel);
    this.#bars = new Bars(find("class-accuracy", HTMLElement, panel));
    this.#cells = addCells(table);
    table.addEventListener("mouseover", ({ target }) => this.#describe(target));
    table.addEventListener("focusin", ({ target }) => this.#describe(target));
    table.addEventListener("keydown", (event) => this.#press(event));
    run.addEventListener("evaluation", () => this.#render());
  }

  #render() {
    const { evaluation } = this.#run;
    this.#box.hidden = !evaluation;
    if (!evaluation) {
      this.#note.textContent = say("train.evaluation-note");
      return;
    }
    const { set, step, images, accuracy, confusion, mistakes } = evaluation;
    this.#note.textContent = say(`evaluation.${set}`, { share: percent(accuracy), count: images, step });
    this.#showConfusion(confusion);
    showTiles(
      this.#mistakes,
      mistakes.map(({ pixels, label, digit, probability }) => {
        const caption = say("evaluation.mistake", { label, digit, share: wholePercent(probability) });
        return { pixels, label: say("evaluation.drawing", { caption }), caption };
      }),
    );
  }

  /** @param {Uint32Array} confusion */
  #showConfusion(confusion) {
    const totals = DIGITS.map((label) => sum(confusion.subarray(10 * label, 10 * label + 10)));
    this.#bars.show(totals.map((total, digit) => (total > 0 ? confusion[11 * digit] / total : -1)));
    for (const [i, cell] of this.#cells.entries()) {
      const [label, digit] = [Math.floor(i / 10), i % 10];
      const share = totals[label] > 0 ? confusion[i] / totals[label] : 0;
      const title = say("evaluation.cell", { label, digit, images: confusion[i], total: totals[label], share: percent(share) });
      if (cell.title === title) continue;
      cell.textContent = confusion[i] === 0 ? "·" : String(confusion[i]);
      cell.classList.toggle("is-error", label !== digit);
      // Few are misread, and those are what one looks for.
      cell.style.setProperty("--share", String(label === digit ? share : Math.sqrt(share)));
      cell.title = cell.ariaLabel = title;
    }
  }

  /** @param {EventTarget | null} target */
  #describe(target) {
    if (target instanceof HTMLTableCellElement && target.title) this.#detail.textContent = target.title;
  }

  /**
   * One stop for the Tab key; arrow keys go from cell to cell.
   * @param {KeyboardEvent} event
   */
  #press(event) {
    const move = MOVES[event.key];
    const at = this.#cells.findIndex((cell) => cell === event.target);
    if (!move || at < 0) return;
    event.preventDefault();
    const row = Math.min(9, Math.max(0, Math.floor(at / 10) + move[0]));
    const column = Math.min(9, Math.max(0, (at % 10) + move[1]));
    const next = this.#cells[10 * row + column];
    this.#cells[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

/**
 * @param {HTMLTableElement} table
 * @returns {HTMLTableCellElement[]} row by row
 */
function addCells(table) {
  const header = (/** @type {"row" | "col"} */ scope, /** @type {string} */ text) => make("th", { scope }, text);
  table.tHead?.insertRow().append(header("col", say("evaluation.label")), ...DIGITS.map((digit) => header("col", String(digit))));
  return DIGITS.flatMap((label) => {
    const cells = DIGITS.map((digit) => make("td", { tabIndex: label === 0 && digit === 0 ? 0 : -1 }));
    table.tBodies[0].insertRow().append(header("row", String(label)), ...cells);
    return cells;
  });
}

/** @param {Uint32Array} counts */
function sum(counts) {
  return counts.reduce((total, count) => total + count, 0);
}
