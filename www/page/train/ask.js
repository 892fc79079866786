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
    const answer = () => {
      // The event of an earlier question may come after this one is open.
      if (dialog.open) return;
      dialog.removeEventListener("close", answer);
      resolve(dialog.returnValue === "yes");
    };
    dialog.addEventListener("close", answer);
  });
}
