import { CodedError } from "../../shared/protocol.js";

/** Of the training page alone. */
const SHEETS = ["../../vendor/uplot.css", "./train.css", "./form.css", "./results.css", "./kept.css"];

/** Loads the stylesheets; what is shown before would jump. */
export async function loadStyles() {
  await Promise.all(SHEETS.map((sheet) => load(new URL(sheet, import.meta.url))));
}

/** @param {URL} url */
function load(url) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url.href;
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new CodedError("style-missing", { file: url.pathname.split("/").pop() ?? "" })));
    document.head.append(link);
  });
}
