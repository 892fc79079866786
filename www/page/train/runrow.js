import { make } from "../dom.js";
import { SOURCES } from "../../shared/train/sources.js";
import { say, sayWords } from "../words.js";
import { accuracy, bytes, date } from "./format.js";

/**
 * @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo
 * @typedef {"checkpoint" | "float32" | "float16"} What
 *
 * @typedef {object} RunActions
 * @property {(run: RunInfo, name: string) => void} rename
 * @property {(run: RunInfo, isCompared: boolean) => void} compare
 * @property {(run: RunInfo) => void} use
 * @property {(run: RunInfo) => void} resume
 * @property {(run: RunInfo, what: What) => void} save
 * @property {(run: RunInfo) => void} remove
 */

/** A run in the list, and what can be done with it. */
export class RunRow {
  element;
  /** @type {RunInfo | undefined} */
  #run;
  #name;
  #facts = make("p", { className: "run-facts" });
  #compare;
  #use;
  #resume;
  #saves;
  #remove;

  /** @param {RunActions} actions */
  constructor(actions) {
    const act = (/** @type {(run: RunInfo) => void} */ action) => () => this.#run && action(this.#run);
    const button = (/** @type {string} */ testId, /** @type {string} */ text, /** @type {(run: RunInfo) => void} */ action) =>
      make("button", { type: "button", className: "small", testId, onclick: act(action) }, text);
    this.#use = button("use-model", say("runs.use"), actions.use);
    this.#resume = button("resume", say("run.resume"), actions.resume);
    this.#remove = button("delete", say("train.delete"), actions.remove);
    this.#saves = /** @type {[What, string][]} */ ([["checkpoint", say("runs.checkpoint")], ["float32", "float32"], ["float16", "float16"]]).map(
      ([what, text]) => button(`export-${what}`, text, (run) => actions.save(run, what)),
    );
    this.#name = make("input", { type: "text", className: "run-row-name", testId: "rename", maxLength: 80, ariaLabel: say("train.name") });
    this.#name.onchange = act((run) => this.#rename(run, actions));
    this.#compare = make("input", { type: "checkbox", testId: "compare" });
    this.#compare.onchange = act((run) => actions.compare(run, this.#compare.checked));
    const compare = make("label", { className: "check" }, this.#compare, make("span", {}, say("runs.compare")));
    const saves = make("span", { className: "saves", role: "group", ariaLabel: say("runs.download") }, say("runs.download"), ...this.#saves);
    const buttons = make("div", { className: "buttons" }, this.#use, this.#resume, compare, saves, this.#remove);
    this.element = make("li", { className: "run-row", testId: "run" }, this.#name, this.#facts, buttons);
  }

  get name() {
    return this.#run?.name ?? "";
  }

  /**
   * @param {RunInfo} run
   * @param {RunActions} actions
   */
  #rename(run, { rename }) {
    const name = this.#name.value.trim() || run.name;
    // A download that is asked for before it is stored has the new name too.
    this.#run = { ...run, name };
    rename(run, name);
  }

  uncheck() {
    this.#compare.checked = false;
  }

  /**
   * @param {RunInfo} run
   * @param {{ isCurrent: boolean, isCompared: boolean }} state
   */
  show(run, { isCurrent, isCompared }) {
    this.#run = run;
    // Somebody may be writing another name.
    if (document.activeElement !== this.#name) this.#name.value = run.name;
    this.#facts.textContent = factsOf(run);
    const isKept = run.saved > 0 && run.status !== "damaged";
    // The worker has the one on the page, whether it could be stored or not.
    const hasModel = isKept || isCurrent;
    this.#use.disabled = !hasModel;
    for (const each of this.#saves) each.disabled = !hasModel;
    this.#compare.disabled = !isKept || isCurrent;
    this.#compare.checked = isCompared;
    this.#resume.hidden = !isKept || run.position.done || run.active;
    this.#remove.disabled = run.active;
    this.#name.disabled = run.status === "damaged";
    this.element.classList.toggle("is-current", isCurrent);
  }
}

/** @param {RunInfo} run */
function factsOf({ status, active, data, spec, position, validationAccuracy, testAccuracy, saved, created, bytes: size }) {
  if (status === "damaged") return say("runs.status.damaged");
  const { step, steps } = position;
  const facts = [
    say(active && status === "running" ? "runs.training" : `runs.status.${status}`),
    sayWords(SOURCES.find(({ id }) => id === spec.data.source)?.title ?? data),
    say("runs.preset", { preset: spec.preset }),
    say("runs.step", { step, steps }),
  ];
  if (validationAccuracy !== null) facts.push(say("runs.validation", { accuracy: accuracy(validationAccuracy) }));
  if (testAccuracy !== null) facts.push(say("runs.test", { accuracy: accuracy(testAccuracy) }));
  facts.push(date(saved || created), saved > 0 ? bytes(size) : say("runs.not-stored"));
  return facts.join(" · ");
}
