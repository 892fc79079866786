import { find } from "../dom.js";
import { whole } from "./format.js";

/** @typedef {import("../../shared/train/protocol.js").RunInfo} RunInfo */

/**
 * Offers to go on with a run that a reload or a crash interrupted.
 *
 * @param {HTMLElement} panel
 * @param {RunInfo[]} runs newest first
 * @param {(run: RunInfo) => void} resume
 */
export function offerToResume(panel, runs, resume) {
  const banner = find("resume-offer", HTMLElement, panel);
  const run = runs.find(({ status, active, saved }) => (status === "running" || status === "paused") && !active && saved > 0);
  banner.hidden = !run;
  if (!run) return;
  const text = document.createElement("p");
  const how = run.status === "paused" ? "is paused" : "was interrupted";
  text.textContent = `“${run.name}” ${how}; it is kept up to step ${whole(run.position.step)} of ${whole(run.position.steps)}.`;
  const yes = button("Resume it", "primary", "resume-yes");
  const no = button("Not now", "", "resume-no");
  yes.addEventListener("click", () => {
    banner.hidden = true;
    resume(run);
  });
  no.addEventListener("click", () => {
    banner.hidden = true;
  });
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  buttons.append(yes, no);
  banner.replaceChildren(text, buttons);
}

/**
 * @param {string} text
 * @param {string} className
 * @param {string} testId
 */
function button(text, className, testId) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.className = className;
  element.dataset.testid = testId;
  return element;
}
