/** The visits without a network: a release has a service worker (sw.js) with its files. */
import { cpuFile } from "../shared/simd.js";
import { SITE, VERSION } from "../shared/site.js";

let isAsked = false;
/** So that nothing that this visit needs has to wait. */
const IDLE_MS = 2_000;

/** Makes the page ready for later visits; to be called when this one has all that it needs. */
export function prepareOffline() {
  if (isAsked) return;
  isAsked = true;
  // Where it fails, as in a private window, the page works as before.
  setTimeout(() => (VERSION ? register() : removeOffline()).catch(() => {}), IDLE_MS);
}

/** For the rest of this visit. */
export function skipOffline() {
  isAsked = true;
}

async function register() {
  await navigator.serviceWorker?.register(`${SITE}sw.js?cpu=${cpuFile()}`, { scope: SITE });
}

/** Files that `cargo xtask serve` shows must be those of now, and "Clear all" leaves nothing. */
export async function removeOffline() {
  const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  for (const each of registrations) if (each.scope === SITE) await each.unregister();
  for (const name of (await globalThis.caches?.keys()) ?? []) if (name.startsWith(`${SITE} `)) await caches.delete(name);
}
