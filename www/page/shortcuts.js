/**
 * @typedef {{ clear: () => void, undo: () => void }} Actions
 */

/** Inputs in which letters are text. */
const WRITTEN = "input:not([type=range], [type=checkbox], [type=file]), select, textarea, dialog *";

/**
 * Escape clears and Ctrl+Z (Cmd+Z) undoes, wherever the focus is while the panel is open. C and Z alone
 * do so on the pad, or where nothing has the focus: who dictates must not clear by a word (WCAG 2.1.4).
 *
 * @param {HTMLElement} panel
 * @param {Actions} actions
 */
export function listenForShortcuts(panel, actions) {
  document.addEventListener("keydown", (event) => {
    if (!panel.isConnected) return;
    const action = actionFor(event);
    if (!action) return;
    event.preventDefault();
    actions[action]();
  });
}

/**
 * @param {KeyboardEvent} event
 * @returns {keyof Actions | undefined}
 */
function actionFor(event) {
  const { key, ctrlKey, metaKey, altKey, shiftKey, target, defaultPrevented } = event;
  // A list uses letters to find its entries and Escape to close.
  if (defaultPrevented || altKey || isAt(target, WRITTEN)) return undefined;
  const letter = letterOf(event);
  if (ctrlKey || metaKey) return letter === "z" && !shiftKey ? "undo" : undefined;
  if (key === "Escape") return "clear";
  if (target !== document.body && !isAt(target, ".pad")) return undefined;
  return letter === "c" ? "clear" : letter === "z" ? "undo" : undefined;
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 */
function isAt(target, selector) {
  return target instanceof Element && target.matches(selector);
}

/**
 * @param {KeyboardEvent} event
 * @returns {string} the Latin letter on the key, also where it writes that of another script; AZERTY and
 *   Dvorak have theirs in other places
 */
function letterOf({ key, code }) {
  const isOther = /[\p{L}\p{M}]/u.test(key) && !/\p{Script=Latin}/u.test(key);
  return (isOther ? code.replace("Key", "") : key).toLowerCase();
}
