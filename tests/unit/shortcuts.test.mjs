import assert from "node:assert/strict";
import { test } from "node:test";
import { listenForShortcuts } from "../../www/page/shortcuts.js";

globalThis.Element = class {
  /** @param {string} kind of which it is */
  constructor(kind) {
    this.kind = kind;
  }

  matches(selector) {
    return selector.split(/[:,]/)[0] === this.kind;
  }
};
globalThis.document = Object.assign(new EventTarget(), { body: new Element("body") });

const done = [];
const panel = { isConnected: true };
listenForShortcuts(panel, { clear: () => done.push("clear"), undo: () => done.push("undo") });

/** @returns {string} what a key does, if it does anything */
function press(keys, target = document.body) {
  const event = Object.assign(new Event("keydown", { cancelable: true }), { code: "", ...keys });
  Object.defineProperty(event, "target", { value: target });
  const isTaken = !document.dispatchEvent(event);
  const all = done.splice(0).join();
  assert.equal(isTaken, all !== "");
  return all;
}

for (const [layout, keys, expected] of [
  ["an English", { key: "z", code: "KeyZ" }, "undo"],
  ["a Russian", { key: "я", code: "KeyZ" }, "undo"],
  ["a Russian", { key: "С", code: "KeyC", shiftKey: true }, "clear"],
  ["a Greek", { key: "ζ", code: "KeyZ" }, "undo"],
  ["an Arabic", { key: "ئ", code: "KeyZ" }, "undo"],
  ["a Hindi", { key: "ॆ", code: "KeyZ" }, "undo"],
  ["a French", { key: "z", code: "KeyW" }, "undo"],
  ["a French", { key: "w", code: "KeyZ" }, ""],
  ["a German", { key: "y", code: "KeyZ" }, ""],
  ["a Dvorak", { key: ";", code: "KeyZ" }, ""],
  ["a Chinese", { key: "Process", code: "KeyZ" }, ""],
]) {
  test(`${keys.key} of ${layout} keyboard does ${expected || "nothing"}, alone or with Ctrl`, () => {
    assert.equal(press(keys), expected);
    const isUndo = expected === "undo";
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) assert.equal(press({ ...keys, ...held }), isUndo ? "undo" : "");
    assert.equal(press({ ...keys, ctrlKey: true, shiftKey: true }), "");
    assert.equal(press({ ...keys, altKey: true }), "");
  });
}

for (const [where, kind, alone, held, escape] of [
  ["the pad", ".pad", "clear", "undo", "clear"],
  ["nothing", "body", "clear", "undo", "clear"],
  ["a button or a tab", "button", "", "undo", "clear"],
  ["a field for text", "input", "", "", ""],
]) {
  test(`with the focus on ${where}, C does ${alone || "nothing"}, Ctrl+Z ${held || "nothing"}, Escape ${escape || "nothing"}`, () => {
    const target = kind === "body" ? document.body : new Element(kind);
    assert.equal(press({ key: "c" }, target), alone);
    assert.equal(press({ key: "z", ctrlKey: true }, target), held);
    assert.equal(press({ key: "Escape" }, target), escape);
  });
}

test("keys of a panel that is not open do nothing", () => {
  panel.isConnected = false;
  assert.equal(press({ key: "Escape" }), "");
  panel.isConnected = true;
});
