import { find } from "./dom.js";
import { say, sayError, sayWords } from "./words.js";

/**
 * @typedef {import("../shared/protocol.js").DeviceState} DeviceState
 * @typedef {import("../shared/protocol.js").ProgressEvent} ProgressEvent
 * @typedef {import("../shared/protocol.js").Download} Download
 * @typedef {import("../shared/protocol.js").Words} Words
 */

/** The state of the page: loading, ready or failed; on which device, and why on that one. */
export class StatusView {
  #status = find("status", HTMLElement);
  #progress = find("progress", HTMLProgressElement);
  #error = find("error", HTMLElement);
  #errorText = find("error-text", HTMLElement);
  #notice = find("notice", HTMLElement);
  #device = find("device", HTMLElement);
  #reason = find("reason", HTMLElement);
  #takeover = find("takeover", HTMLProgressElement);
  /** @type {Map<Download, ProgressEvent>} */
  #downloads = new Map();
  /** @type {Record<"site" | "settings" | "training", (Words | string)[]>} */
  #problems = { site: [], settings: [], training: [] };

  showLoading() {
    this.#downloads.clear();
    this.#error.hidden = true;
    this.#progress.removeAttribute("value");
    this.#setStatus(say("draw.loading"));
  }

  showReady() {
    this.#setStatus("");
  }

  /**
   * @param {unknown} error
   * @param {string} [model] that goes on reading
   */
  showError(error, model) {
    const why = sayError(error);
    this.#setStatus("");
    this.#takeover.hidden = true;
    this.#errorText.textContent = model ? say("draw.goes-on", { why, model }) : why;
    this.#error.hidden = false;
  }

  /**
   * @param {"site" | "settings" | "training"} source whose problems of before these replace
   * @param {(Words | string)[]} problems
   */
  showProblems(source, problems) {
    this.#problems[source] = problems;
    const all = Object.values(this.#problems).flat();
    this.#notice.textContent = all.map(sayWords).join(" ");
    this.#notice.hidden = all.length === 0;
  }

  /** @param {DeviceState} state */
  showDevice({ name, description, reason, pending }) {
    const how = sayWords(description);
    this.#device.textContent = how ? `${name} · ${how}` : name;
    this.#reason.textContent = reason ? sayWords(reason) : "";
    this.#takeover.hidden = !(pending && this.#downloads.has("webgpu"));
  }

  /** @param {ProgressEvent} event */
  showProgress(event) {
    this.#downloads.set(event.file, event);
    if (event.file === "webgpu") {
      this.#takeover.hidden = false;
      setProgress(this.#takeover, [event]);
      return;
    }
    const files = [this.#downloads.get("cpu"), this.#downloads.get("weights")];
    setProgress(this.#progress, files.filter((file) => file !== undefined));
  }

  /** @param {string} words empty where there is nothing to wait for */
  #setStatus(words) {
    this.#status.textContent = words;
    this.#progress.hidden = words === "";
  }
}

/**
 * @param {HTMLProgressElement} bar
 * @param {ProgressEvent[]} files
 */
function setProgress(bar, files) {
  const loaded = files.reduce((sum, file) => sum + file.loaded, 0);
  const total = files.reduce((sum, file) => sum + file.total, 0);
  bar.value = loaded / total;
}
