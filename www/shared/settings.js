/**
 * The two choices of the page, kept in its URL: `?device=cpu&model=reference`.
 *
 * @typedef {import("./protocol.js").Device} Device
 * @typedef {import("./protocol.js").Model} Model
 * @typedef {import("./protocol.js").Words} Words
 * @typedef {{ device: Device, model: Model }} Settings
 */

const RUN_MODEL = /^run:([a-z0-9-]{1,40})$/;

/** @type {{ device: Device[], model: Model[] }} the default first */
const CHOICES = {
  device: ["auto", "webgpu", "cpu", "ndarray"],
  model: ["default", "reference"],
};

/**
 * @param {string} query as in `location.search`
 * @returns {{ settings: Settings, problems: Words[] }} defaults where the query is silent or
 *   wrong, and a sentence about everything wrong
 */
export function parseSettings(query) {
  const params = new URLSearchParams(query);
  const model = params.get("model");
  /** @type {Words[]} */
  const problems = [];
  const report = (/** @type {Words} */ problem) => problems.push(problem);
  const settings = {
    device: choose("device", params.get("device"), CHOICES.device, report),
    model: runModel(model) ?? choose("model", model, CHOICES.model, report),
  };
  return { settings, problems };
}

/**
 * @param {string} model
 * @returns {string | null} the id of the run on the training page that it comes from, if any
 */
export function runOfModel(model) {
  return RUN_MODEL.exec(model)?.[1] ?? null;
}

/**
 * A run that is no longer kept is noticed when it is loaded.
 * @param {string | null} model
 * @returns {Model | null}
 */
function runModel(model) {
  const run = model === null ? null : runOfModel(model);
  return run === null ? null : `run:${run}`;
}

/**
 * @template {string} T
 * @param {"device" | "model"} name
 * @param {string | null} value
 * @param {T[]} choices
 * @param {(problem: Words) => void} report
 * @returns {T}
 */
function choose(name, value, choices, report) {
  const choice = choices.find((each) => each === value);
  if (choice === undefined && value !== null) {
    report({ key: `page.unknown-${name}`, values: { value, used: choices[0], choices } });
  }
  return choice ?? choices[0];
}

/**
 * @param {URL} url
 * @param {Settings} settings
 * @returns {URL} the same address with these settings; other parameters stay, defaults are left out
 */
export function withSettings(url, settings) {
  const result = new URL(url);
  for (const name of /** @type {const} */ (["device", "model"])) {
    if (settings[name] === CHOICES[name][0]) result.searchParams.delete(name);
    else result.searchParams.set(name, settings[name]);
  }
  return result;
}
