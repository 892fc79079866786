/**
 * The form in the address of the page, what differs from the defaults only:
 * `?tab=train&preset=reference&epochs=3`.
 *
 * @typedef {import("../../shared/train/sources.js").Sets} Sets
 * @typedef {import("../../shared/train/sources.js").Source} Source
 * @typedef {import("./form.js").FormView} FormView
 * @typedef {import("./dataview.js").DataChoice} DataChoice
 */
import { defaultSource, SOURCES } from "../../shared/train/sources.js";
import { say, sayWords } from "../words.js";

/** Of other parts of the page. */
const OTHERS = ["tab", "device", "model", "lang"];

/** The source, and what its field holds. */
const SOURCE = "data";
const FIELDS = SOURCES.flatMap(({ field }) => (field ? [field.parameter] : []));

/**
 * @param {URLSearchParams} params
 * @param {FormView} form holds the defaults, with the preset that the address names
 * @param {DataChoice} data
 * @returns {string[]} sentences about what is unknown or wrong
 */
export function readAddress(params, form, data) {
  const problems = data.enter(params);
  for (const { name } of form.fields) {
    const text = params.get(name);
    if (text === null || name === "preset") continue;
    const problem = form.enter(name, text);
    if (problem) problems.push(problem);
  }
  const known = new Set([...OTHERS, SOURCE, ...FIELDS, ...form.fields.map(({ name }) => name)]);
  const unknown = [...new Set(params.keys())].filter((name) => !known.has(name));
  if (unknown.length > 0) problems.push(say("address.unknown", { names: unknown.map((name) => `“${name}”`) }));
  return problems;
}

/**
 * @param {FormView} form
 * @param {DataChoice} data
 * @returns {URL} the address of now, with what they hold
 */
export function addressOf(form, data) {
  const url = new URL(location.href);
  /** @type {Record<string, string>} */
  const entries = { ...form.changes, ...data.entries };
  for (const name of [...form.fields.map((field) => field.name), SOURCE, ...FIELDS]) {
    const text = entries[name];
    // An empty field may be a change too: all images, no clipping.
    const isChange = text !== undefined && (text !== "" || name in form.changes);
    if (isChange) url.searchParams.set(name, text);
    else url.searchParams.delete(name);
  }
  return url;
}

/**
 * @param {URLSearchParams} params
 * @param {Sets} sets what is at hand
 * @returns {{ source: Source, entered: Record<string, string>, problems: string[] }} `entered`: what the
 *   address says of each field, by its parameter; empty for what is not on a list
 */
export function readSource(params, sets) {
  const usual = defaultSource(sets);
  const word = params.get(SOURCE) || usual.id;
  const asked = SOURCES.find(({ id }) => id === word);
  const isMissing = sets[word]?.isMissing;
  const problems = [];
  if (!asked) {
    problems.push(say("address.unknown-data", { value: word, choices: SOURCES.map(({ id }) => id) }));
  } else if (isMissing) {
    problems.push(say("address.missing-data", { data: asked.name(""), used: usual.name("") }));
  }
  /** @type {Record<string, string>} */
  const entered = {};
  for (const { id, field } of SOURCES) {
    if (!field) continue;
    const text = params.get(field.parameter) ?? "";
    const problem = text && !sets[id]?.options?.includes(text) && field.unlisted?.(text);
    entered[field.parameter] = problem ? "" : text;
    if (problem) problems.push(sayWords(problem));
  }
  return { source: asked && !isMissing ? asked : usual, entered, problems };
}

/**
 * @param {Source} source
 * @param {string} entered what its field holds
 * @param {Sets} sets what is at hand
 * @returns {Record<string, string>} what an address says of it, empty for the default
 */
export function sourceEntries({ id, field }, entered, sets) {
  const word = id === defaultSource(sets).id ? "" : id;
  return { [SOURCE]: word, ...(field && { [field.parameter]: entered }) };
}
