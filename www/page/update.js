/** Says once that the site has another version than this page, whose files are gone then. */
import { SITE, VERSION } from "../shared/site.js";
import { find } from "./dom.js";

/** The address of the page's first script. */
const SCRIPT = /"([0-9a-f]{12})\/page\/app\.js"/;

let isTold = false;

/** To be called when something failed: a file that is gone, perhaps. */
export async function checkVersion() {
  if (!VERSION || isTold) return;
  const now = await currentVersion();
  if (!now || now === VERSION || isTold) return;
  isTold = true;
  // With it, styles hide what would fail again.
  document.documentElement.dataset.updated = "";
  find("updated", HTMLElement).hidden = false;
  find("reload", HTMLButtonElement).addEventListener("click", () => location.reload());
}

/** @returns {Promise<string | undefined>} none where it can't be known, as without a network */
async function currentVersion() {
  try {
    const response = await fetch(SITE, { cache: "no-store" });
    return SCRIPT.exec(await response.text())?.[1];
  } catch {
    return undefined;
  }
}
