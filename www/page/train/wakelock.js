/** @typedef {import("./run.js").CurrentRun} CurrentRun */

/**
 * Keeps the screen on while the run is at work: a device that falls asleep would stop it. Browsers take
 * the lock away from a page that is hidden, and may refuse it; the run goes on then.
 *
 * @param {Pick<CurrentRun, "isBusy" | "addEventListener">} run
 */
export function keepAwake(run) {
  /** @type {Promise<WakeLockSentinel | undefined> | undefined} */
  let lock;
  const update = () => {
    if (run.isBusy && !document.hidden) {
      lock ??= navigator.wakeLock?.request("screen").catch(() => undefined);
    } else {
      lock?.then((sentinel) => sentinel?.release());
      lock = undefined;
    }
  };
  run.addEventListener("state", update);
  document.addEventListener("visibilitychange", update);
}
