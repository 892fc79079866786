/**
 * The pages in Firefox and WebKit, whose programs the environment names: `FIREFOX` and `WEBKIT_DRIVER`. What is
 * tested here is that an engine has what the pages need; Playwright's tests do the rest, in Chromium.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { startServer } from "../e2e/browser.js";
import { openFirefox } from "./firefox.js";
import { Tab } from "./tab.js";
import { openWebKit } from "./webkit.js";

const { FIREFOX, WEBKIT_DRIVER } = process.env;
const ENGINES = [
  { name: "Firefox", program: FIREFOX, open: openFirefox, language: /^\w\w/ },
  { name: "Firefox, in a private window", program: FIREFOX, open: (options) => openFirefox({ ...options, isPrivate: true }), language: /^\w\w/ },
  { name: "WebKit", program: WEBKIT_DRIVER, open: openWebKit, language: /^C$/ },
].filter(({ program }) => program);
const TRAIN = "?tab=train&preset=quick&train-device=cpu&batch=32";
const SHORT = `${TRAIN}&images=640&epochs=1`;
const LONG = `${TRAIN}&images=6400&epochs=100`;

const server = await startServer();
after(() => server.kill());

for (const { name, program, open, language } of ENGINES) {
  describe(name, () => {
    let engine;
    /** @type {Tab} */
    let tab;

    before(async () => {
      engine = await open({ program });
      tab = new Tab(engine);
    });
    after(() => engine?.close());
    afterEach(async () => assert.deepEqual(await tab.takeErrors(), [], "the console has errors"));

    test("the language is the system's", async () => {
      // On no page of the site, which mends it.
      await tab.open("builds.js");
      assert.match(await tab.run(() => navigator.language), language);
    });

    test("a 7 that is drawn is read, and is gone when it is undone", async () => {
      await tab.open("?device=cpu");
      await tab.expect("device", /^CPU/);
      await tab.draw(7);
      await tab.expect("answer", /^7$/);
      await tab.click("undo");
      await tab.expect("answer", /^$/);
    });

    test("a run ends, is kept and downloaded, and reads digits on the drawing page", async () => {
      await tab.open(SHORT);
      await tab.click("start");
      await tab.expect("status", /^Finished$/);
      await tab.expect("test-accuracy", /%$/);
      assert.match(await tab.run(() => document.querySelector('[data-testid="loss-chart"]').ariaLabel), /^Loss by step: at step 20, training \d/);
      assert.ok(await tab.run(() => document.querySelector('[data-testid="loss-chart"] canvas').width > 100));
      assert.deepEqual([await tab.text("storage-problem"), await tab.text("runs-error")], ["", ""]);
      await tab.reload();
      await tab.expect("run", /step 20 of 20/);
      await showDownloads(tab);
      await tab.click("export-checkpoint");
      await tab.expect("downloaded", /^\d{6}$/);
      await tab.click("use-model");
      await tab.expect("device", /^CPU/);
      await tab.draw(7);
      await tab.expect("answer", /^\d$/);
    });

    test("a run that was paused goes on after a reload, from the step where it was", async () => {
      await tab.open(LONG);
      await tab.click("start");
      await tab.expect("step", /^[1-9]\d* \//);
      await tab.click("pause");
      await tab.expect("status", /^Paused$/);
      const [step] = (await tab.text("step")).split(" ");
      await tab.reload();
      await tab.expect("resume-offer", new RegExp(`step ${step} of`));
      await tab.click("resume-yes");
      await tab.expect("status", /^Running$/);
      await tab.click("stop");
      await tab.expect("status", /^Stopped$/);
      assert.ok(parseInt((await tab.text("step")).replaceAll(",", "")) >= parseInt(step.replaceAll(",", "")));
    });
  });
}

/**
 * What the page offers as a file is not saved, but shown as its size in bytes.
 *
 * @param {Tab} tab
 */
function showDownloads(tab) {
  return tab.run(() => {
    const shown = document.createElement("output");
    shown.dataset.testid = "downloaded";
    document.body.append(shown);
    HTMLAnchorElement.prototype.click = () => {};
    URL.createObjectURL = ({ size }) => (shown.textContent = size);
  });
}
