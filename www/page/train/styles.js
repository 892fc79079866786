import { loadStyle } from "../dom.js";

/** Of the training page alone. */
const SHEETS = ["../../vendor/uplot.css", "./train.css", "./form.css", "./results.css", "./kept.css"];

/** Loads the stylesheets; what is shown before would jump. */
export async function loadStyles() {
  await Promise.all(SHEETS.map((sheet) => loadStyle(new URL(sheet, import.meta.url))));
}
