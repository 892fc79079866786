import assert from "node:assert/strict";
import { test } from "node:test";

for (const [what, persist, expected] of [
  ["refuses", async () => false, [true, false]],
  ["agrees", async () => true, [false, false]],
  ["can't be asked", undefined, [true, false]],
  ["fails", () => Promise.reject(new TypeError("no storage")), [false, false]],
]) {
  test(`a browser that ${what} is asked once, and a refusal told once`, async () => {
    let asked = 0;
    const counted = persist && (() => persist((asked += 1)));
    Object.defineProperty(globalThis, "navigator", { value: { storage: { persist: counted } }, configurable: true });
    // A visit each.
    const { askToKeep } = await import(`../../www/page/persist.js?${encodeURIComponent(what)}`);
    assert.deepEqual(await Promise.all([askToKeep(), askToKeep()]), expected);
    assert.equal(asked, persist ? 1 : 0);
  });
}
