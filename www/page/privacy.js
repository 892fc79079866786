/** The part that "Privacy" opens: what stays here, which requests went where, and the policies in force. */
import { askToClear } from "./clear.js";
import { loadStyle, make } from "./dom.js";
import { requests } from "./requests.js";
import { say, sayError } from "./words.js";

/** @typedef {import("./words.js").Key} Key */

/** Each with a policy of its own, in a header that not every server sends. @type {[Key, string][]} */
const WORKERS = [
  ["privacy.reading", "../workers/worker.js"],
  ["privacy.training", "../workers/train/worker.js"],
];

/** @param {HTMLElement} place */
export async function showPrivacy(place) {
  await loadStyle(new URL("./privacy.css", import.meta.url));
  const counts = document.createElement("div");
  counts.dataset.testid = "privacy-requests";
  const showCounts = () => counts.replaceChildren(...countsNow());
  requests.addEventListener("change", showCounts);
  showCounts();
  place.replaceChildren(element("p", say("privacy.stays")), counts, element("p", say("privacy.policies")), policies(), clearing());
}

function countsNow() {
  const { own, others } = requests;
  const sum = others.reduce((total, { count }) => total + count, 0);
  const list = document.createElement("ul");
  list.append(...others.map((other) => element("li", say("privacy.other", other))));
  const elsewhere = sum === 0 ? say("privacy.no-others") : say("privacy.others", { count: sum });
  return [element("p", `${say("privacy.own", { count: own })} ${elsewhere}`), ...(sum === 0 ? [] : [list])];
}

/** Those of the workers join when the server has said them. */
function policies() {
  const list = document.createElement("dl");
  const show = (/** @type {Key} */ key, /** @type {string} */ policy) => {
    const value = document.createElement("dd");
    value.append(element("code", policy));
    list.append(element("dt", say(key)), value);
  };
  list.dataset.testid = "privacy-policies";
  show("privacy.page", document.querySelector("meta[http-equiv=Content-Security-Policy]")?.getAttribute("content") ?? "");
  const asked = WORKERS.map(([, script]) => policyOf(new URL(script, import.meta.url)));
  Promise.all(asked).then((answers) => answers.forEach((policy, i) => show(WORKERS[i][0], policy)));
  return list;
}

/** A way to delete all that is kept. */
function clearing() {
  const problem = element("span", "");
  const button = make("button", { type: "button", testId: "clear-all" }, say("clear.all"));
  button.addEventListener("click", async () => {
    try {
      await askToClear();
    } catch (error) {
      problem.textContent = sayError(error);
    }
  });
  return make("p", {}, `${say("clear.about")} `, button, problem);
}

/**
 * @param {URL} script
 * @returns {Promise<string>} the policy that came with it
 */
async function policyOf(script) {
  try {
    // As it was when the worker was loaded.
    const { headers } = await fetch(script, { cache: "force-cache" });
    return headers.get("Content-Security-Policy") ?? say("privacy.no-policy");
  } catch (error) {
    return sayError(error);
  }
}

/**
 * @param {string} tag
 * @param {string} text
 */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
