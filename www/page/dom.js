import { CodedError } from "../shared/protocol.js";

/**
 * Finds an element of the page by its `data-testid`, the name that tests use too.
 *
 * @template {Element} T
 * @param {string} name
 * @param {new () => T} type
 * @param {ParentNode} [root] where to look
 * @returns {T}
 */
export function find(name, type, root = document) {
  const element = root.querySelector(`[data-testid="${name}"]`);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} "${name}"`);
  return element;
}

/**
 * Text that stays the same is left alone: layout is spared, and nothing is read aloud twice.
 *
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {string} words as errors say them
 * @returns {string} with a capital and a full stop
 */
export function sentence(words) {
  // The name of a file stays as it is.
  const capital = words.replace(/^[a-z](?=[a-z]*\s)/, (letter) => letter.toUpperCase());
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * Adds a stylesheet to the page.
 *
 * @param {URL} url
 * @returns {Promise<unknown>}
 */
export function loadStyle(url) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = url.href;
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new CodedError("style-missing", { file: url.pathname.split("/").pop() ?? "" })));
    document.head.append(link);
  });
}

/**
 * An element that no page of ours holds yet.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]> & { testId?: string }} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, { testId, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (testId) element.dataset.testid = testId;
  element.append(...children);
  return element;
}
