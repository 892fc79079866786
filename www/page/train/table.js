import { say } from "../words.js";
import { accuracy, hundredths, loss, short, whole } from "./format.js";

/** @typedef {import("./record.js").RunRecord} RunRecord */

/** Longer tables are slow to lay out; every step is in the file for download. */
const MOST_ROWS = 200;

/** The run in numbers, a row for each epoch. */
export class TableView {
  #body;
  /** @type {string[]} what each row says */
  #shown = [];

  /** @param {HTMLTableSectionElement} body */
  constructor(body) {
    this.#body = body;
  }

  /** @param {RunRecord["rows"]} all */
  show(all) {
    const rows = all.slice(-MOST_ROWS);
    while (this.#body.rows.length > rows.length) this.#body.deleteRow(-1);
    this.#shown.length = this.#body.rows.length;
    for (const [i, row] of rows.entries()) {
      const texts = textsOf(row);
      const key = texts.join();
      // All but the last stay as they are.
      if (this.#shown[i] === key) continue;
      this.#shown[i] = key;
      const element = this.#body.rows[i] ?? this.#body.insertRow();
      element.replaceChildren(...texts.map((text, column) => cell(column === 0 ? "th" : "td", text)));
    }
  }
}

/** @param {RunRecord["rows"][number]} row */
function textsOf({ epoch, step, ...row }) {
  return [
    Number.isInteger(epoch) ? whole(epoch) : say("chart.last-step", { epoch: hundredths(epoch) }),
    whole(step),
    loss(row.loss),
    accuracy(row.accuracy),
    loss(row.validationLoss),
    accuracy(row.validationAccuracy),
    short(row.rate),
  ];
}

/**
 * @param {"th" | "td"} tag
 * @param {string} text
 */
function cell(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (tag === "th") element.setAttribute("scope", "row");
  return element;
}
