/** The numbers of the training page, as text. Spaces before units do not break. */
import { locale, say, sayError } from "../words.js";

/** @param {Intl.NumberFormatOptions} options */
const format = (options) => new Intl.NumberFormat(locale, options);
const decimals = (/** @type {number} */ count) => format({ minimumFractionDigits: count, maximumFractionDigits: count });

const [WHOLE, TENTHS, HUNDREDTHS, LOSS] = [0, 1, 2, 4].map(decimals);
const THREE_DIGITS = format({ maximumSignificantDigits: 3 });
const TICK = format({ maximumFractionDigits: 2 });
const DATE = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** @param {number} count */
export function whole(count) {
  return WHOLE.format(count);
}

/** @param {number} value */
export function hundredths(value) {
  return HUNDREDTHS.format(value);
}

/** @param {number | null | undefined} share 0 to 1 */
export function accuracy(share) {
  return isNumber(share) ? percentOf(HUNDREDTHS, share) : "–";
}

/** @param {number} share 0 to 1 */
export function wholePercent(share) {
  return percentOf(WHOLE, share);
}

/** @param {number} share 0 to 1, at a round place of an axis or near one */
export function percentTick(share) {
  return percentOf(TICK, share);
}

/**
 * @param {Intl.NumberFormat} numbers
 * @param {number} share
 */
function percentOf(numbers, share) {
  return say("unit.percent", { value: numbers.format(100 * share) });
}

/** @param {number | null | undefined} value */
export function loss(value) {
  return isNumber(value) ? LOSS.format(value) : "–";
}

/** @param {number | null | undefined} value in three digits */
export function short(value) {
  if (!isNumber(value)) return "–";
  const rounded = Number(value.toPrecision(3));
  // A curve's axis has no room for five zeros.
  return 0 < rounded && rounded < 1e-4 ? rounded.toExponential() : THREE_DIGITS.format(rounded);
}

/** @param {number} seconds */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const rest = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60];
  if (hours > 0) return say("unit.hours", { hours, minutes });
  return minutes > 0 ? say("unit.minutes", { minutes, seconds: rest % 60 }) : say("unit.seconds", { seconds: rest });
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1e6) return say("unit.kilobytes", { value: whole(count / 1e3) });
  return say("unit.megabytes", { value: (count < 1e8 ? TENTHS : WHOLE).format(count / 1e6) });
}

/** @param {number} milliseconds since 1970 */
export function date(milliseconds) {
  return DATE.format(milliseconds);
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
    place.textContent = sayError(error);
  }
}
