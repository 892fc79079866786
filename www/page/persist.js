let isAsked = false;

/**
 * Asks the browser, once a visit, not to clear what is kept when space gets short. Workers may not ask.
 *
 * @returns {Promise<boolean>} whether it has just refused, which is worth saying once
 */
export async function askToKeep() {
  if (isAsked) return false;
  isAsked = true;
  // Browsers that can't be asked, on http addresses say, promise nothing either.
  if (!navigator.storage?.persist) return true;
  // Where it rejects, nothing is kept at all, which is said by who tries.
  return (await navigator.storage.persist().catch(() => undefined)) === false;
}

/** In the session of this tab alone: no address can ask for it. */
const CLEARING = "vitpad-clear-all";

/** @param {boolean} isWanted whether to delete all that is kept when the page is loaded next */
export function setClearing(isWanted) {
  if (isWanted) sessionStorage.setItem(CLEARING, "");
  else sessionStorage.removeItem(CLEARING);
}

export function isClearing() {
  try {
    return sessionStorage.getItem(CLEARING) !== null;
  } catch {
    // A browser that keeps nothing.
    return false;
  }
}
