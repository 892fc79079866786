import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Drawing } from "../../www/page/draw/drawing.js";
import { KeyboardPen } from "../../www/page/draw/keyboard.js";
import { Pad } from "../../www/page/draw/pad.js";

globalThis.matchMedia = () => new EventTarget();
globalThis.requestAnimationFrame = () => 1;
globalThis.ResizeObserver = class {
  observe() {}
};

/** As in browsers, and not in Node, listeners that capture come first. */
class Canvas extends EventTarget {
  #captures = new EventTarget();
  getContext = () => ({});
  getBoundingClientRect = () => ({ left: 0, top: 0, width: 280, height: 280 });
  setPointerCapture = () => {};
  matches = () => true;

  addEventListener(name, listener, options) {
    if (options?.capture) this.#captures.addEventListener(name, listener);
    else super.addEventListener(name, listener, options);
  }

  dispatchEvent(event) {
    this.#captures.dispatchEvent(event);
    return super.dispatchEvent(event);
  }
}

let canvas;
let drawing;
let now;

beforeEach(() => {
  now = 10_000;
  canvas = new Canvas();
  drawing = new Drawing();
  new KeyboardPen(canvas, new Pad(canvas, drawing), drawing);
});

function fire(name, properties) {
  const event = Object.assign(new Event(name, { cancelable: true }), { button: 0, pressure: 0.5, ...properties });
  Object.defineProperty(event, "timeStamp", { value: now });
  return canvas.dispatchEvent(event);
}

/** A pointer of a kind, at a place that its events may change. */
function pointer(pointerId, pointerType) {
  const at = { clientX: 0, clientY: 0 };
  const send = (name) => (clientX = at.clientX, clientY = at.clientY) => {
    Object.assign(at, { clientX, clientY });
    fire(`pointer${name}`, { pointerId, pointerType, clientX, clientY });
  };
  return { down: send("down"), move: send("move"), up: send("up"), cancel: send("cancel") };
}

const ends = () => drawing.lines.map(({ points }) => points.slice(-2).join());

test("a pen takes over from the palm that landed before it, whose mark goes", () => {
  const [palm, pen] = [pointer(1, "touch"), pointer(2, "pen")];
  palm.down(250, 250);
  palm.move(255, 260);
  const { revision } = drawing;
  pen.down(80, 70);
  assert.ok(drawing.revision > revision, "answers about the palm's mark are outdated");
  pen.move(200, 70);
  palm.move(260, 262);
  palm.cancel();
  pen.move(130, 215);
  pen.up();
  assert.deepEqual(ends(), ["130,215"]);
  assert.deepEqual(drawing.lines[0].points, [80, 70, 200, 70, 130, 215]);
});

test("what was drawn before the palm stays", () => {
  const [palm, pen] = [pointer(1, "touch"), pointer(2, "pen")];
  pen.down(10, 10);
  pen.move(20, 20);
  pen.up();
  now += 5_000;
  palm.down(250, 250);
  pen.down(100, 100);
  pen.up();
  assert.deepEqual(ends(), ["20,20", "100,100"]);
});

test("touch is ignored while a pen is down, and shortly after", () => {
  const [palm, pen, finger] = [pointer(1, "touch"), pointer(2, "pen"), pointer(3, "touch")];
  pen.down(10, 10);
  now += 5_000;
  palm.down(250, 250);
  palm.move(200, 250);
  pen.move(20, 20);
  pen.up();
  now += 500;
  palm.up();
  palm.down(240, 250);
  palm.up();
  assert.deepEqual(ends(), ["20,20"]);
  now += 5_000;
  finger.down(50, 50);
  finger.move(60, 60);
  finger.up();
  assert.deepEqual(ends(), ["20,20", "60,60"]);
});

test("a palm under a pen in the air draws nothing", () => {
  pointer(2, "pen").move(10, 10);
  now += 100;
  pointer(1, "touch").down(250, 250);
  assert.ok(drawing.isEmpty);
});

test("a second finger and a mouse neither take over nor end the line", () => {
  const [finger, other, mouse] = [pointer(1, "touch"), pointer(2, "touch"), pointer(3, "mouse")];
  finger.down(10, 10);
  other.down(250, 250);
  mouse.down(100, 100);
  other.up();
  finger.move(20, 20);
  finger.up();
  assert.deepEqual(ends(), ["20,20"]);
});

test("the line of the keyboard's pen ends where a pointer begins its own", () => {
  const press = (key) => fire("keydown", { key });
  press(" ");
  press("ArrowDown");
  const mouse = pointer(1, "mouse");
  mouse.down(10, 10);
  press("ArrowRight");
  press(" ");
  mouse.move(20, 20);
  mouse.up();
  assert.deepEqual(ends(), ["140,80", "20,20"]);
});

test("touches do nothing else on the pad, such as Scribble", () => {
  assert.equal(fire("touchmove"), false);
});
