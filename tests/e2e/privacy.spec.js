import { readdirSync, statSync } from "node:fs";
import { DIST, SUB_PATH, versionOf } from "./browser.js";
import { expect, test } from "./fixtures.js";
import { headersOf } from "./headers.js";
import { serveSet, SMALL, TrainPage } from "./trainpage.js";

/** @typedef {import("@playwright/test").Page} Page */

const ELSEWHERE = "https://digits.test/";
const READING = `/${versionOf()}/workers/worker.js`;
const TRAINING = `/${versionOf()}/workers/train/worker.js`;
const HEADERS = `${DIST}/_headers`;

test("drawing, labelling and a training run ask no other host, and the page says so", async ({ vitpad, page }) => {
  const hosts = hostsAsked(page);
  await vitpad.openReady(`?device=cpu&${SMALL}`);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await page.getByTestId("correct-7").click();
  await expect(page.getByTestId("correct")).toContainText("Kept as a 7");
  await page.getByTestId("tab-train").click();
  const train = new TrainPage(page);
  await expect(train.start).toBeEnabled();
  await train.finish();
  expect(page.workers().map((worker) => new URL(worker.url()).pathname).sort()).toEqual([TRAINING, READING]);
  await page.getByTestId("privacy").getByText("Privacy").click();
  await expect(page.getByTestId("privacy-requests")).toHaveText(/^Since this page was loaded, \d{2,} requests went to this site\. None went to another host\.$/);
  expect(Object.keys(hosts)).toEqual([new URL(page.url()).host]);
});

test("data at an address that was entered is downloaded, and the page says from where, and how often", async ({ vitpad, page, provoked }) => {
  expect(vitpad).toBeTruthy();
  provoked.push(/a request to https:\/\/digits\.test/);
  await serveSet(page, `${ELSEWHERE}*`);
  const hosts = hostsAsked(page);
  const train = new TrainPage(page);
  await train.openReady(`${SMALL.replace("images=640&", "")}&data=url&url=${ELSEWHERE}`);
  await page.getByTestId("privacy").getByText("Privacy").press("Enter");
  await expect(page.getByTestId("privacy-requests")).toContainText("None went to another host");
  await train.finish();
  expect(hosts["digits.test"]).toBeGreaterThanOrEqual(4);
  await expect(page.getByTestId("privacy-requests").getByRole("listitem")).toHaveText([`digits.test: ${hosts["digits.test"]}`]);
});

test("a request that none should make is refused on the page and in the reading worker", async ({ vitpad, page, provoked }) => {
  provoked.push(/digits\.test|Content Security Policy/);
  let left = 0;
  await page.context().route(`${ELSEWHERE}*`, (route) => {
    left += 1;
    return route.fulfill({ headers: { "access-control-allow-origin": "*" }, body: "" });
  });
  await vitpad.openReady("?device=cpu");
  const [worker] = page.workers();
  expect(new URL(worker.url()).pathname).toBe(READING);
  for (const refused of [await worker.evaluate(ask, ELSEWHERE), await page.evaluate(ask, ELSEWHERE)]) {
    expect(refused).toEqual({ answer: "TypeError", violated: "connect-src" });
  }
  expect(left).toBe(0);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
});

test("every file of the site comes with its headers, from a sub-path too", async ({ request }) => {
  const files = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((file) => statSync(`${DIST}/${file}`).isFile());
  expect(files.length).toBeGreaterThan(50);
  for (const path of ["/", ...files.map((file) => `/${file}`)]) {
    for (const base of ["", SUB_PATH]) {
      const headers = (await request.head(base + path)).headers();
      const expected = headersOf(HEADERS, path).map(([name, value]) => [name.toLowerCase(), value]);
      expect(headers, path).toMatchObject(Object.fromEntries(expected));
      expect(headers["referrer-policy"], path).toBe("no-referrer");
    }
  }
  expect(new Map(headersOf(HEADERS, READING)).get("Cache-Control")).toBe("public, max-age=31536000, immutable");
  expect(new Map(headersOf(HEADERS, "/")).get("Cache-Control")).toBe("no-cache");
});

test("the policies in force are shown, and that a server sends none for a worker", async ({ vitpad, page }) => {
  await page.route(`**${TRAINING}`, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await vitpad.openReady("?device=cpu");
  await page.getByTestId("privacy").getByText("Privacy").click();
  const policies = page.getByTestId("privacy-policies").locator("code");
  const [own, reading] = ["/", READING].map((path) => new Map(headersOf(HEADERS, path)).get("Content-Security-Policy") ?? "");
  await expect(policies).toHaveText([own, reading, "None: this server sends no policy with it."]);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("what the privacy line opens is not wider than the screen, in Chinese too", async ({ vitpad, page }) => {
    for (const lang of ["en", "zh"]) {
      await vitpad.openReady(`?device=cpu&lang=${lang}`);
      await page.getByTestId("privacy").locator("summary").tap();
      await expect(page.getByTestId("privacy-policies").locator("code")).toHaveCount(3);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    }
  });
});

/**
 * @param {Page} page
 * @returns {Record<string, number>} how often each host is asked from now on, by the page or by a worker
 */
function hostsAsked(page) {
  /** @type {Record<string, number>} */
  const hosts = {};
  page.context().on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol.startsWith("http")) hosts[host] = (hosts[host] ?? 0) + 1;
  });
  return hosts;
}

/**
 * Runs in the page or in a worker.
 *
 * @param {string} address
 */
async function ask(address) {
  /** @type {Promise<string>} */
  const violated = new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
  });
  const answer = await fetch(address).then((response) => response.status, (error) => error.name);
  return { answer, violated: await violated };
}
