import { sentence } from "../dom.js";
import { messageOf } from "../../shared/protocol.js";

/** How the training page writes numbers. Spaces before units do not break. */

const WHOLE = new Intl.NumberFormat("en");

/** @param {number} count */
export function whole(count) {
  return WHOLE.format(Math.round(count));
}

/** @param {number | null | undefined} share 0 to 1 */
export function accuracy(share) {
  return isNumber(share) ? `${(share * 100).toFixed(2)}\u00a0%` : "–";
}

/** @param {number | null | undefined} value */
export function loss(value) {
  return isNumber(value) ? value.toFixed(4) : "–";
}

/** @param {number | null | undefined} rate */
export function learningRate(rate) {
  if (!isNumber(rate)) return "–";
  const rounded = Number(rate.toPrecision(3));
  // A curve's axis has no room for five zeros.
  return 0 < rounded && rounded < 1e-4 ? rounded.toExponential() : String(rounded);
}

/** @param {number} seconds */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const rest = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60];
  if (hours > 0) return `${hours}\u00a0h ${minutes}\u00a0min`;
  return minutes > 0 ? `${minutes}\u00a0min ${rest % 60}\u00a0s` : `${rest}\u00a0s`;
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1e6) return `${whole(count / 1e3)}\u00a0KB`;
  return `${count < 1e8 ? (count / 1e6).toFixed(1) : whole(count / 1e6)}\u00a0MB`;
}

/** @param {number} milliseconds since 1970 */
export function date(milliseconds) {
  return new Date(milliseconds).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/**
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * @param {number | null | undefined} value
 * @returns {value is number}
 */
function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * @param {HTMLElement} place for the words, where `work` fails; empty otherwise
 * @param {() => unknown} work
 */
export async function tellIn(place, work) {
  place.textContent = "";
  try {
    await work();
  } catch (error) {
    place.textContent = sentence(messageOf(error));
  }
}
