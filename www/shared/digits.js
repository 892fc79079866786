/** On this channel a worker tells all pages that the user's own digits are others now. */
export const DIGITS_CHANNEL = "vitpad-digits";
