/**
 * The service worker of a release: after one visit the page draws and trains without a network. It keeps
 * the files of its own version. Files of the version before are kept as long as a page of that is open, and
 * are deleted when this worker takes over. On hosts that send no policies (`_headers`) it adds them.
 *
 * It is no module, since not every browser takes one here.
 */

/** The build fills it in; the paths begin at this file. */
const release = { version: "", files: [], headers: {} };

/** @typedef {any} FetchEvent TypeScript knows service workers only where it knows no pages */

const SITE = new URL("./", location.href).href;
const CACHE = `${SITE} ${release.version}`;
/** With a kept page at hand, no network is better than a slow one. */
const PATIENCE_MS = 4_000;
/** Of wasm files there is one for each kind of browser: the page knows which. */
const CPU = new URL(location.href).searchParams.get("cpu");
/** A kept file is the one that is meant, whatever else is asked. */
const LOOSELY = { ignoreSearch: true, ignoreVary: true };

self.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (/** @type {FetchEvent} */ event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method !== "GET" || path === null) return;
  if (request.mode === "navigate" && (path === "" || path === "index.html")) event.respondWith(answerPage(event));
  else if (/^[0-9a-f]{12}\//.test(path)) event.respondWith(answerFile(event, path));
});

async function keepFiles() {
  if (!release.version) throw new Error("`cargo xtask serve` needs none");
  const cache = await caches.open(CACHE);
  const files = [...release.files, `${CPU}.js`, `${CPU}_bg.wasm`];
  await cache.addAll(files.map((file) => `${release.version}/${file}`));
  const page = await fetch(SITE, { cache: "no-cache" });
  if (!page.ok || !(await page.clone().text()).includes(release.version)) throw new Error("the page has another version by now");
  // It comes last: where the page is kept, all is.
  await cache.put(SITE, page);
}

/** A page that is open already goes on without it: its workers have no policies of this one. */
async function takeOver() {
  for (const name of await ownCaches()) if (name !== CACHE) await caches.delete(name);
  await /** @type {any} */ (self).registration.navigationPreload?.enable();
}

/**
 * The newest page that there is: an update is taken with a visit.
 *
 * @param {FetchEvent} event
 */
async function answerPage(event) {
  const kept = await keptPage();
  try {
    const asked = event.preloadResponse.then((/** @type {Response | undefined} */ early) => early ?? fetch(event.request));
    const response = await (kept ? Promise.race([asked, timeOut()]) : asked);
    if (response.status < 500 || !kept) return withPolicies("", response);
  } catch (error) {
    if (!kept) throw error;
  }
  return withPolicies("", kept);
}

async function timeOut() {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  throw new Error("the server is slow");
}

/** Of the newest version that is kept whole. */
async function keptPage() {
  for (const name of (await ownCaches()).reverse()) {
    const page = await caches.match(SITE, { cacheName: name });
    if (page) return page;
  }
  return undefined;
}

/**
 * A file of a version, which never changes.
 *
 * @param {FetchEvent} event
 * @param {string} path
 */
async function answerFile(event, path) {
  const { request } = event;
  const kept = await caches.match(request, LOOSELY);
  // A query, or to be reloaded: what is kept was of no use.
  const isWanted = kept && !request.url.includes("?") && request.cache !== "reload";
  if (isWanted) return withPolicies(path, kept);
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(keepFile(path, response.clone()));
    if (response.ok || !kept) return withPolicies(path, response);
  } catch (error) {
    if (!kept) throw error;
  }
  // The server has gone, or has another version by now.
  return withPolicies(path, kept);
}

/**
 * @param {string} path
 * @param {Response} response
 */
async function keepFile(path, response) {
  if (!path.startsWith(`${release.version}/`)) return;
  const cache = await caches.open(CACHE);
  // Where there is no space, the page has what it asked for all the same.
  await cache.put(SITE + path, response).catch(() => {});
}

/**
 * @param {string} path
 * @param {Response} response
 */
function withPolicies(path, response) {
  const all = Object.entries(/** @type {Record<string, Record<string, string>>} */ (release.headers)[path] ?? {});
  const missing = all.filter(([name]) => !response.headers.has(name));
  // What is passed on untouched is compiled only once.
  if (!response.ok || missing.length === 0) return response;
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers: [...response.headers, ...missing] });
}

/** In the order in which they were made; other sites may share this origin. */
async function ownCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(`${SITE} `));
}

/**
 * @param {string} address
 * @returns {string | null} from the site's root, without a query; null on other sites
 */
function pathOf(address) {
  const { origin, pathname } = new URL(address);
  const whole = origin + pathname;
  return whole.startsWith(SITE) ? whole.slice(SITE.length) : null;
}
