/**
 * The form in the address of the page, what differs from the defaults only:
 * `?tab=train&preset=reference&epochs=3`.
 *
 * @typedef {import("./form.js").FormView} FormView
 * @typedef {import("./dataview.js").DataChoice} DataChoice
 */
/** Of other parts of the page. */
const OTHERS = ["tab", "device", "model"];

/** @type {("data" | "url" | "set")[]} */
const DATA = ["data", "url", "set"];

/**
 * @param {URLSearchParams} params
 * @param {FormView} form holds the defaults, with the preset that the address names
 * @param {DataChoice} data
 * @returns {string[]} sentences about what is unknown or wrong
 */
export function readAddress(params, form, data) {
  const problems = data.enter({ data: params.get("data"), url: params.get("url"), set: params.get("set") });
  for (const { name } of form.fields) {
    const text = params.get(name);
    if (text === null || name === "preset") continue;
    const problem = form.enter(name, text);
    if (problem) problems.push(problem);
  }
  const known = new Set([...OTHERS, ...DATA, ...form.fields.map(({ name }) => name)]);
  const unknown = [...new Set(params.keys())].filter((name) => !known.has(name));
  if (unknown.length > 0) problems.push(`The address also has ${unknown.map((name) => `“${name}”`).join(", ")}, which means nothing here.`);
  return problems;
}

/**
 * @param {FormView} form
 * @param {DataChoice} data
 */
export function writeAddress(form, data) {
  const url = new URL(location.href);
  const source = data.value.data === data.default ? "" : data.value.data;
  /** @type {Record<string, string>} */
  const entries = { ...form.changes, ...data.value, data: source };
  for (const name of [...form.fields.map((field) => field.name), ...DATA]) {
    const text = entries[name];
    // An empty field may be a change too: all images, no clipping.
    const isChange = text !== undefined && (text !== "" || name in form.changes);
    if (isChange) url.searchParams.set(name, text);
    else url.searchParams.delete(name);
  }
  try {
    history.replaceState(null, "", url);
  } catch {
    // Safari refuses the hundredth in half a minute: the next change writes it.
  }
}
