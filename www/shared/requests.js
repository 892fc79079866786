/**
 * Which requests this thread makes, those of before as well: by the browser's account (its Performance
 * API), not by ours. It tells of each once it is over, failed or not, and of redirects the first address.
 *
 * @param {(addresses: string[]) => void} tell
 */
export function watchRequests(tell) {
  const observer = new PerformanceObserver((list) => tell(list.getEntries().map(({ name }) => name)));
  observer.observe({ type: "resource", buffered: true });
}
