/**
 * "Clear all": nothing of this site stays in the browser. The page is loaded anew for it, and clears
 * before anything else, so that no worker of its own keeps something meanwhile.
 */
import { codeOf } from "../shared/protocol.js";
import { removeAll } from "../shared/storage.js";
import { ask } from "./ask.js";
import { removeOffline } from "./offline.js";
import { setClearing } from "./persist.js";
import { say } from "./words.js";

export async function askToClear() {
  if (!(await ask(say("clear.question"), say("clear.all")))) return;
  setClearing(true);
  location.replace(location.pathname);
}

export async function clearAll() {
  setClearing(false);
  await removeOffline();
  await removeAll().catch((error) => {
    // Where nothing can be kept, nothing is.
    if (codeOf(error) !== "storage-unavailable") throw error;
  });
}
