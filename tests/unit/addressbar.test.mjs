import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { AddressBar } from "../../www/page/train/addressbar.js";

/** What was written, and when. */
let written;
let now;
let isRefused;

globalThis.history = {
  replaceState: (_state, _title, url) => {
    if (isRefused) throw new DOMException("more than 100 times per 30 seconds", "SecurityError");
    written.push(`${now} ${url.search}`);
  },
};
mock.timers.enable({ apis: ["setTimeout"] });

beforeEach(() => {
  written = [];
  now = 0;
  isRefused = false;
});

function pass(milliseconds) {
  for (const end = now + milliseconds; now < end; ) {
    now += 1;
    mock.timers.tick(1);
  }
}

function open() {
  const chosen = new URL("http://vitpad.test/");
  const bar = new AddressBar(() => chosen);
  return (epochs) => {
    chosen.searchParams.set("epochs", epochs);
    bar.update();
  };
}

test("a change is shown at once, and those that follow at most every half second, the last in the end", () => {
  const choose = open();
  for (let epochs = 1; epochs <= 120; epochs += 1) {
    choose(epochs);
    pass(10);
  }
  pass(2_000);
  assert.deepEqual(written, ["0 ?epochs=1", "500 ?epochs=50", "1000 ?epochs=100", "1500 ?epochs=120"]);
});

test("a change after a rest is shown at once", () => {
  const choose = open();
  choose(1);
  pass(700);
  choose(2);
  assert.deepEqual(written, ["0 ?epochs=1", "700 ?epochs=2"]);
  pass(1_000);
  assert.equal(written.length, 2);
});

test("a browser that refuses it changes nothing, and the next change is shown", () => {
  const choose = open();
  isRefused = true;
  choose(1);
  choose(2);
  pass(2_000);
  isRefused = false;
  choose(3);
  assert.deepEqual(written, ["2000 ?epochs=3"]);
  pass(1_000);
});
