/**
 * The two choices of the page, kept in its URL: `?device=cpu&model=reference`.
 *
 * @typedef {import("./protocol.js").Device} Device
 * @typedef {{ device: Device, model: string }} Settings
 */

const CHOICES = {
  device: ["auto", "webgpu", "cpu", "ndarray"],
  model: ["default", "reference"],
};

/**
 * @param {string} query as in `location.search`
 * @returns {{ settings: Settings, problems: string[] }} defaults where the query is silent or
 *   wrong, and a sentence about everything wrong
 */
export function parseSettings(query) {
  const params = new URLSearchParams(query);
  /** @type {string[]} */
  const problems = [];
  const choose = (/** @type {"device" | "model"} */ name) => {
    const choices = CHOICES[name];
    const value = params.get(name) ?? choices[0];
    if (choices.includes(value)) return value;
    problems.push(
      `The address asks for the ${name} “${value}”, which does not exist. ` +
        `Using “${choices[0]}” (there are: ${choices.join(", ")}).`,
    );
    return choices[0];
  };
  const settings = { device: /** @type {Device} */ (choose("device")), model: choose("model") };
  return { settings, problems };
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
