/** The storage of the page's site, as Chromium's own tools fill and empty it. */
import { expect } from "@playwright/test";

/** @typedef {import("@playwright/test").Page} Page */

/**
 * From now on there is no room for more, as long as the page is open.
 *
 * @param {Page} page
 */
export async function fillStorage(page) {
  const { origin } = new URL(page.url());
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
}

/** @param {Page} page */
export async function deleteSiteData(page) {
  const { origin } = new URL(page.url());
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
}

/**
 * @param {Page} page
 * @returns {Promise<string[]>} the paths of all files that are kept
 */
export async function keptFiles(page) {
  const keys = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("vitpad");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const request = opening.result.transaction("files").objectStore("files").getAllKeys();
          request.onsuccess = () => {
            opening.result.close();
            resolve(request.result);
          };
        };
      }),
  );
  const paths = /** @type {[path: string, piece: number][]} */ (keys).map(([path]) => path);
  expect(new Set(paths).size).toBe(paths.length);
  return paths;
}
