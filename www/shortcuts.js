/**
 * @typedef {{ clear: () => void, undo: () => void }} Actions
 */

/**
 * C or Escape clears, Z or Ctrl+Z (Cmd+Z) undoes, wherever the focus is on the page.
 * @param {Actions} actions
 */
export function listenForShortcuts(actions) {
  document.addEventListener("keydown", (event) => {
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
  if (defaultPrevented || target instanceof HTMLSelectElement || altKey) return undefined;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) return letter === "z" && !shiftKey ? "undo" : undefined;
  if (letter === "c" || key === "Escape") return "clear";
  return letter === "z" ? "undo" : undefined;
}
