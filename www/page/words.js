/**
 * The words of the page, in the reader's language. `?lang=` chooses it, or else the browser; the words
 * themselves lie in www/words/, a file for each language, and are loaded for one alone.
 *
 * @typedef {import("../shared/protocol.js").Words} Words
 * @typedef {import("../shared/protocol.js").Value} Value
 * @typedef {Record<string, Value>} Values
 * @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Entry words with places such as
 *   `{name}`, or one text for each plural form, which the value `count` decides
 * @typedef {keyof typeof import("../words/en.js").default} Key
 * @typedef {keyof typeof LANGUAGES} Language
 */
import { sentence } from "./dom.js";
import { wordsOf } from "../shared/protocol.js";

/** The languages: the tag is for numbers, dates and screen readers, the name for those who speak it. */
export const LANGUAGES = {
  en: { tag: "en", name: "English", words: () => import("../words/en.js") },
  zh: { tag: "zh-Hans", name: "中文", words: () => import("../words/zh.js") },
};
const NAMES = /** @type {Language[]} */ (Object.keys(LANGUAGES));

/**
 * @param {string | null} asked by the address
 * @param {readonly string[]} preferred by the browser, the best first
 * @returns {Language}
 */
export function chooseLanguage(asked, preferred) {
  for (const each of [asked ?? "", ...preferred]) {
    const name = each.toLowerCase().split(/[-_]/)[0];
    const found = NAMES.find((language) => language === name);
    if (found) return found;
  }
  return "en";
}

/** Outside a page, in tests, there is no address. */
const address = new URLSearchParams(globalThis.location?.search ?? "");
export const language = chooseLanguage(address.get("lang"), globalThis.document ? navigator.languages : []);
export const otherLanguages = NAMES.filter((each) => each !== language);
/** For `Intl`. */
export const locale = LANGUAGES[language].tag;
/** @type {Record<string, Entry>} */
const entries = (await LANGUAGES[language].words()).default;
const plurals = new Intl.PluralRules(locale);
const lists = new Intl.ListFormat(locale, { style: "narrow" });
const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 4 });

/**
 * @param {Key} key
 * @param {Values} [values] for the places in the words
 * @returns {string}
 */
export function say(key, values = {}) {
  return fill(entries[key], values);
}

/**
 * @param {string} key
 * @param {string} english what Rust calls it, said where the words have no such key
 * @returns {string}
 */
export function sayName(key, english) {
  return entries[key] === undefined ? english : fill(entries[key], {});
}

/**
 * @param {Words | string} words a string is said as it is
 * @returns {string}
 */
export function sayWords(words) {
  if (typeof words === "string") return words;
  const { key, values = {}, text } = words;
  // Sentences of one code are told apart by their kind.
  for (const each of [`${key}.${values?.kind}`, key]) {
    const entry = entries[each];
    if (entry !== undefined && placesOf(entry).every((place) => place in values)) return fill(entry, values);
  }
  return sentence(text ?? key);
}

/** @type {() => void} */
let listener = () => {};

/** @param {() => void} listen is called whenever an error is said */
export function onError(listen) {
  listener = listen;
}

/**
 * @param {unknown} error
 * @returns {string} a sentence about it
 */
export function sayError(error) {
  listener();
  return sayWords(wordsOf(error));
}

/**
 * @param {Entry} entry
 * @returns {string[]} the names of its places
 */
export function placesOf(entry) {
  const texts = typeof entry === "string" ? [entry] : Object.values(entry);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(PLACE)].map(([, name]) => name)))];
}

const PLACE = /\{(\w+)\}/g;

/**
 * @param {Entry} entry
 * @param {Values} values
 */
function fill(entry, values) {
  const text = typeof entry === "string" ? entry : (entry[plurals.select(Number(values.count))] ?? entry.other ?? "");
  return text.replace(PLACE, (_, name) => shown(values[name]));
}

/**
 * @param {Value} value
 * @returns {string}
 */
function shown(value) {
  if (Array.isArray(value)) return lists.format(value.map(shown));
  if (typeof value === "number") return numbers.format(value);
  return value ? sayWords(value) : "–";
}

/**
 * @param {number} share 0 to 1
 * @returns {string} as in "98.2 %"
 */
export function percent(share) {
  const value = share > 0 && share < 0.001 ? "<\u00a00.1" : (share * 100).toFixed(1);
  return say("unit.percent", { value });
}

/**
 * Puts the words into a part of the page: `data-say` names those of an element, `data-say-label` those
 * that screen readers say of it, `data-say-hint` those of an empty input.
 *
 * @param {ParentNode} part
 */
export function sayAll(part) {
  for (const element of part.querySelectorAll("[data-say], [data-say-label], [data-say-hint]")) {
    const { say: words, sayLabel: label, sayHint: hint } = /** @type {HTMLElement} */ (element).dataset;
    if (words) element.replaceChildren(...withKeys(say(/** @type {Key} */ (words))));
    if (label) element.ariaLabel = say(/** @type {Key} */ (label));
    if (hint) element.setAttribute("placeholder", say(/** @type {Key} */ (hint)));
  }
}

/**
 * @param {string} text keys to press are between backticks
 * @returns {(string | HTMLElement)[]}
 */
function withKeys(text) {
  return text.split("`").map((part, index) => {
    if (index % 2 === 0) return part;
    const key = document.createElement("kbd");
    key.textContent = part;
    return key;
  });
}
