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
  element = document.createElement("li");
  /** @type {RunInfo | undefined} */
  #run;
  #name = document.createElement("input");
  #facts = document.createElement("p");
  #compare = document.createElement("input");
  #use;
  #resume;
  #saves;
  #remove;

  /** @param {RunActions} actions */
  constructor(actions) {
    const act = (/** @type {(run: RunInfo) => void} */ action) => () => this.#run && action(this.#run);
    this.#use = button("use-model", say("runs.use"), act(actions.use));
    this.#resume = button("resume", say("run.resume"), act(actions.resume));
    this.#remove = button("delete", say("train.delete"), act(actions.remove));
    this.#saves = /** @type {[What, string][]} */ ([["checkpoint", say("runs.checkpoint")], ["float32", "float32"], ["float16", "float16"]]).map(
      ([what, text]) => button(`export-${what}`, text, act((run) => actions.save(run, what))),
    );
    this.#name.type = "text";
    this.#name.className = "run-row-name";
    this.#name.dataset.testid = "rename";
    this.#name.maxLength = 80;
    this.#name.ariaLabel = say("train.name");
    this.#name.addEventListener("change", act((run) => this.#rename(run, actions)));
    this.#compare.type = "checkbox";
    this.#compare.dataset.testid = "compare";
    this.#compare.addEventListener("change", act((run) => actions.compare(run, this.#compare.checked)));
    this.#facts.className = "run-facts";
    this.element.className = "run-row";
    this.element.dataset.testid = "run";
    this.element.append(this.#name, this.#facts, this.#buttons());
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

  #buttons() {
    const place = document.createElement("div");
    const label = document.createElement("label");
    const text = document.createElement("span");
    const saves = document.createElement("span");
    label.className = "check";
    text.textContent = say("runs.compare");
    label.append(this.#compare, text);
    saves.className = "saves";
    saves.role = "group";
    saves.ariaLabel = say("runs.download");
    saves.append(saves.ariaLabel, ...this.#saves);
    place.className = "buttons";
    place.append(this.#use, this.#resume, label, saves, this.#remove);
    return place;
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

/**
 * @param {string} testId
 * @param {string} text
 * @param {() => void} action
 */
function button(testId, text, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "small";
  element.dataset.testid = testId;
  element.textContent = text;
  element.addEventListener("click", action);
  return element;
}
