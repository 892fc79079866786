import { find } from "../dom.js";

/**
 * Asks before something that cannot be taken back.
 *
 * @param {HTMLElement} panel
 * @param {string} question
 * @param {string} yes what the button that does it says
 * @returns {Promise<boolean>}
 */
export function ask(panel, question, yes) {
  const dialog = find("question", HTMLDialogElement, panel);
  const yesButton = find("answer-yes", HTMLButtonElement, dialog);
  find("question-text", HTMLElement, dialog).textContent = question;
  yesButton.textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
