import { find, loadStyle } from "./dom.js";

/** @type {Promise<unknown> | undefined} */
let styled;

/**
 * Asks before something that cannot be taken back.
 *
 * @param {string} question
 * @param {string} yes what the button that does it says
 * @returns {Promise<boolean>}
 */
export async function ask(question, yes) {
  // Without its style it asks all the same.
  styled ??= loadStyle(new URL("./question.css", import.meta.url)).catch(() => {});
  await styled;
  const dialog = find("question", HTMLDialogElement);
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
