/**
 * @typedef {{ clear: () => void, undo: () => void }} Actions
 */

/** Inputs in which letters are text. */
const WRITTEN = "input:not([type=range], [type=checkbox], [type=file]), select, textarea, dialog *";

/**
 * C or Escape clears, Z or Ctrl+Z (Cmd+Z) undoes, wherever the focus is while the panel is open.
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
function actionFor({ key, ctrlKey, metaKey, altKey, shiftKey, target, defaultPrevented }) {
  // A list uses letters to find its entries and Escape to close.
  if (defaultPrevented || altKey || (target instanceof Element && target.matches(WRITTEN))) return undefined;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) return letter === "z" && !shiftKey ? "undo" : undefined;
  if (letter === "c" || key === "Escape") return "clear";
  return letter === "z" ? "undo" : undefined;
}
