/** Locks of a page from http, where the browser has none, and tabs ask each other. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
const open = [];
const { BroadcastChannel } = globalThis;
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name) {
    super(name);
    open.push(this);
  }
};
let tabs = 0;
const openTab = () => import(`../../www/shared/locks.js?tab=${(tabs += 1)}`);

afterEach(() => open.splice(0).forEach((channel) => channel.close()));

test("one tab holds a name, and another gets it once that lets go", async () => {
  const [one, other] = [await openTab(), await openTab()];
  const release = await one.hold("run-a");
  assert.equal(typeof release, "function");
  assert.equal(await other.hold("run-a"), null);
  assert.equal(await one.hold("run-a"), null);
  const releaseOther = await other.hold("run-b");
  for (const tab of [one, other, await openTab()]) assert.deepEqual((await tab.heldNames()).sort(), ["run-a", "run-b"]);
  release();
  assert.deepEqual(await one.heldNames(), ["run-b"]);
  assert.equal(typeof (await other.hold("run-a")), "function");
  releaseOther();
});

test("of two that want a name at once in a tab one gets it", async () => {
  const tab = await openTab();
  const held = await Promise.all([tab.hold("run"), tab.hold("run")]);
  assert.deepEqual(held.map((release) => typeof release).sort(), ["function", "object"]);
});

test("work of one name is done one after the other, after a failure too", async () => {
  const { alone } = await openTab();
  const order = [];
  const work = (name) => async () => {
    order.push(`${name} begins`);
    await wait(5);
    order.push(`${name} ends`);
    if (name === "a") throw new Error("a fails");
  };
  const [a, b] = [alone("x", work("a")), alone("x", work("b"))];
  await assert.rejects(a, /a fails/);
  await b;
  assert.deepEqual(order, ["a begins", "a ends", "b begins", "b ends"]);
});
