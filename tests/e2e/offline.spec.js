/** The service worker: what works without a network, what is updated when, and what is left of it. */
import { fileURLToPath } from "node:url";
import { SUB_PATH, versionOf } from "./browser.js";
import { expect } from "./fixtures.js";
import { test, versionOpen } from "./host.js";
import { keptFiles } from "./storage.js";
import { idxFiles, SMALL, TrainPage } from "./trainpage.js";

/** @typedef {import("@playwright/test").Page} Page */

test.use({ serviceWorkers: "allow" });

const OTHER_VERSION = "0123456789ab";
const ELSEWHERE = "https://digits.test/";

test("after one visit the page draws, and trains on synthetic digits and on kept ones, without a network", async ({ vitpad, page, host, provoked }) => {
  // Which data sets this site has can't be asked.
  provoked.push(/sets\.json/);
  const asked = requestsOfWorkers(page);
  const train = new TrainPage(page);
  const root = `${host.url}${SUB_PATH.slice(1)}/`;
  await vitpad.openReady(`${root}?device=cpu&${SMALL}`);
  await page.getByTestId("tab-train").click();
  await expect(train.start).toBeEnabled();
  await page.getByTestId("mine-import").setInputFiles(idxFiles(200));
  await expect(page.getByTestId("mine-count")).toContainText("200 digits");
  await expectKept(page, versionOf());
  expect(asked.length).toBeGreaterThan(50);
  expect(asked.filter((address) => !address.startsWith(root))).toEqual([]);

  await host.stop();
  await page.context().unroute("**/data/sets.json");
  await page.goto(`${root}?device=cpu`);
  await vitpad.expectReady();
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await page.getByTestId("model-select").selectOption("reference");
  await vitpad.expectReady();
  for (const data of ["synthetic", "mine"]) {
    await page.goto(`${root}?tab=train&${SMALL}&data=${data}`);
    await expect(train.start).toBeEnabled();
    await train.finish();
  }
  await expect(train.runs).toHaveCount(2);
});

test("an update is taken by the next visit, and then works without a network", async ({ vitpad, page, host }) => {
  await vitpad.openReady("?device=cpu");
  await expectKept(page, versionOf());
  await page.reload();
  await vitpad.expectReady();
  host.deploy({ version: OTHER_VERSION });
  // What is open stays as it was, also in what it has not loaded yet.
  await page.getByTestId("privacy").getByText("Privacy").click();
  await expect(page.getByTestId("privacy-policies").locator("code")).toHaveCount(3);
  await page.getByTestId("model-select").selectOption("reference");
  await vitpad.expectReady();
  await expect(page.getByTestId("updated")).toBeHidden();
  expect(await versionOpen(page)).toBe(versionOf());

  await page.reload();
  await vitpad.expectReady();
  expect(await versionOpen(page)).toBe(OTHER_VERSION);
  await expectKept(page, OTHER_VERSION);
  await host.stop();
  await page.reload();
  await vitpad.expectReady();
  expect(await versionOpen(page)).toBe(OTHER_VERSION);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await host.start();

  // Once no page of the earlier version is open, nothing of it is kept.
  const { context, url } = { context: page.context(), url: page.url() };
  await page.close();
  const later = await context.newPage();
  await expect.poll(async () => {
    await later.goto(url);
    return (await kept(later)).map((name) => name.split(" ")[1]);
  }).toEqual([OTHER_VERSION]);
});

test("a server that does not answer delays a later visit by seconds, no more", async ({ vitpad, page, host }) => {
  await vitpad.openReady("?device=cpu");
  await expectKept(page, versionOf());
  // Where a test has routes, all is asked for past every cache.
  await page.context().unrouteAll();
  host.freeze();
  await page.goto("?device=cpu", { waitUntil: "commit", timeout: 10_000 });
  await vitpad.expectReady();
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
});

test("a host that sends no policies has them added from the second visit on", async ({ vitpad, page, host, provoked }) => {
  provoked.push(/digits\.test|Content Security Policy/);
  host.edit("_headers", () => "");
  await vitpad.openReady("?device=cpu");
  await expectKept(page, versionOf());
  await page.reload();
  await vitpad.expectReady();
  await page.getByTestId("privacy").getByText("Privacy").click();
  const policies = page.getByTestId("privacy-policies").locator("code");
  await expect(policies).toHaveText([/manifest-src/, /connect-src 'self'$/, /connect-src 'self' https: http:$/]);
  await expect(page.getByTestId("privacy-requests")).toHaveText(/^Since this page was loaded, \d{2,} requests went to this site\. None went to another host\.$/);
  const [worker] = page.workers();
  expect(await worker.evaluate((address) => fetch(address).then((response) => response.status, (error) => error.name), ELSEWHERE)).toBe("TypeError");
  const header = await page.evaluate(async () => (await fetch("./")).headers.get("Content-Security-Policy"));
  expect(header).toBeNull();
});

test("Clear all deletes what is kept and the service worker, and asks first", async ({ vitpad, page, host }) => {
  const train = new TrainPage(page);
  await train.openReady(SMALL);
  await train.finish();
  await page.getByTestId("tab-draw").click();
  await vitpad.expectReady();
  await expectKept(page, versionOf());
  await page.getByTestId("privacy").getByText("Privacy").click();
  await page.getByTestId("clear-all").click();
  await expect(page.getByTestId("question-text")).toContainText("every run, all data, your digits");
  await page.getByTestId("answer-no").click();
  expect(await leftBehind(page)).not.toEqual([]);
  expect(await keptFiles(page)).not.toEqual([]);
  await page.getByTestId("clear-all").click();
  await page.getByTestId("answer-yes").click();
  await expect(page.getByTestId("notice")).toHaveText("All that this browser kept of this site is deleted.");
  await vitpad.expectReady();
  // Longer than it takes to be there again.
  await page.waitForTimeout(4_000);
  expect(await leftBehind(page)).toEqual([]);
  expect(await keptFiles(page)).toEqual([]);
  await train.openReady(SMALL);
  await expect(train.runs).toHaveCount(0);
  expect(page.url()).toContain(host.url);
});

test("Clear all during a run ends the run", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openStarted();
  await page.getByTestId("privacy").getByText("Privacy").click();
  await page.getByTestId("clear-all").click();
  await page.getByTestId("answer-yes").click();
  await expect(page.getByTestId("notice")).toHaveText("All that this browser kept of this site is deleted.");
  await page.waitForTimeout(1_000);
  expect(await leftBehind(page)).toEqual([]);
  expect(await keptFiles(page)).toEqual([]);
});

test("what `cargo xtask serve` shows has no service worker, and removes that of a release", async ({ vitpad, page, host }) => {
  await vitpad.openReady("?device=cpu");
  await expectKept(page, versionOf());
  host.deploy({ site: fileURLToPath(new URL("../../target/site", import.meta.url)) });
  await page.reload();
  await vitpad.expectReady();
  expect(await versionOpen(page)).toBe("page");
  await expect.poll(() => leftBehind(page)).toEqual([]);
  host.edit("page/style.css", (text) => `${text}\nbody { border-top: 3px solid; }`);
  await page.reload();
  await vitpad.expectReady();
  await expect(page.locator("body")).toHaveCSS("border-top-width", "3px");
  await page.waitForTimeout(4_000);
  expect(await leftBehind(page)).toEqual([]);
});

test("the page can be installed", async ({ vitpad, page, request }) => {
  await vitpad.openReady("?device=cpu");
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send("Page.getAppManifest");
  expect(errors).toEqual([]);
  const { icons, start_url: start } = JSON.parse(data ?? "");
  expect(start).toBe("./");
  for (const { src, type } of icons) expect((await request.get(src)).headers()["content-type"]).toBe(type);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Windows of Playwright are as private ones, in which nothing is installed.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito")).toEqual([]);
});

/**
 * Waits until a version works without a network.
 *
 * @param {Page} page
 * @param {string} version
 */
async function expectKept(page, version) {
  const isKept = async (/** @type {string} */ version) => {
    const name = (await caches.keys()).find((name) => name.endsWith(version));
    return name !== undefined && (await caches.match(new URL("./", location.href), { cacheName: name })) !== undefined;
  };
  await expect.poll(() => page.evaluate(isKept, version), { timeout: 30_000 }).toBe(true);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

/** @param {Page} page */
function kept(page) {
  return page.evaluate(() => caches.keys());
}

/**
 * @param {Page} page
 * @returns {Promise<string[]>} what works without a network
 */
function leftBehind(page) {
  return page.evaluate(async () => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    return [...registrations.map(({ scope }) => scope), ...(await caches.keys())];
  });
}

/**
 * @param {Page} page
 * @returns {string[]} the addresses that service workers ask for from now on
 */
function requestsOfWorkers(page) {
  /** @type {string[]} */
  const addresses = [];
  page.context().on("request", (request) => {
    if (request.serviceWorker()) addresses.push(request.url());
  });
  return addresses;
}
