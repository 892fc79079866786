import { PAD_UNITS } from "./drawing.js";
import { paint } from "./ink.js";

/** @typedef {import("./drawing.js").Drawing} Drawing */
/** @typedef {import("./drawing.js").Point} Point */

/** A palm that lifts with the pen may land again before the next stroke. */
const AFTER_PEN_MS = 1_000;

/** Takes strokes from mouse, touch and pen, and shows the drawing on a canvas. */
export class Pad {
  #canvas;
  #drawing;
  #context;
  /** @type {number | undefined} the pointer that draws; others are ignored, but for a pen after its palm */
  #pointer;
  /** True where that pointer is a finger, or a palm. */
  #isTouch = false;
  /** When a pen was last on the pad or over it, in milliseconds. */
  #penSeen = -Infinity;
  #frame = 0;
  /** @type {{ x: number, y: number } | undefined} the pen of the keyboard, where it is in use */
  cursor;
  /** Of the line, in units of the pad. */
  lineWidth = 20;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Drawing} drawing
   */
  constructor(canvas, drawing) {
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser cannot draw on a canvas");
    this.#canvas = canvas;
    this.#drawing = drawing;
    this.#context = context;
    this.#listen();
  }

  /** Shows the present state with the next frame. */
  invalidate() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  #listen() {
    const canvas = this.#canvas;
    for (const name of /** @type {const} */ (["pointerdown", "pointermove", "pointerup"])) {
      canvas.addEventListener(name, (event) => this.#notePen(event));
    }
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("lostpointercapture", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#cancel(event));
    // Or else iPadOS takes quick strokes of a pen for handwriting (Scribble).
    canvas.addEventListener("touchmove", (event) => event.preventDefault(), { passive: false });
    this.#drawing.addEventListener("change", () => this.invalidate());
    for (const colors of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(colors).addEventListener("change", () => this.invalidate());
    }
    // Fires once at the start, and on zoom too, since the border of the canvas is in CSS pixels.
    new ResizeObserver(() => this.invalidate()).observe(canvas);
  }

  /** @param {PointerEvent} event */
  #notePen({ pointerType, timeStamp }) {
    if (pointerType === "pen") this.#penSeen = timeStamp;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const isTouch = event.pointerType === "touch";
    if (event.button !== 0 || (isTouch && event.timeStamp < this.#penSeen + AFTER_PEN_MS)) return;
    if (this.#pointer !== undefined) {
      if (!this.#isTouch || event.pointerType !== "pen") return;
      // The palm lands before the pen that it belongs to: its mark goes.
      this.#drawing.cancel();
    }
    this.#pointer = event.pointerId;
    this.#isTouch = isTouch;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#drawing.begin(this.#toPoint(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    // Empty for events that a script made, absent in older browsers.
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const events = coalesced.length > 0 ? coalesced : [event];
    this.#drawing.extend(events.map((each) => this.#toPoint(each)));
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = undefined;
    this.#drawing.end();
  }

  /**
   * The system took the pointer away, for a gesture or a palm: it was not meant as a stroke.
   * @param {PointerEvent} event
   */
  #cancel(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = undefined;
    this.#drawing.cancel();
  }

  /**
   * @param {PointerEvent} event
   * @returns {Point}
   */
  #toPoint({ clientX, clientY, pointerType, pressure }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const force = pointerType === "pen" && pressure > 0 ? 0.5 + pressure : 1;
    return {
      x: clampToPad(((clientX - left) / width) * PAD_UNITS),
      y: clampToPad(((clientY - top) / height) * PAD_UNITS),
      width: this.lineWidth * force,
    };
  }

  #paint() {
    const canvas = this.#canvas;
    const size = Math.round(canvas.clientWidth * devicePixelRatio);
    if (canvas.width !== size) canvas.width = canvas.height = size;
    const { color } = getComputedStyle(canvas);
    const { lines, isOpen } = this.#drawing;
    const cursor = this.cursor && { ...this.cursor, width: this.lineWidth, down: isOpen };
    paint(this.#context, { lines, color, cursor });
  }
}

/** @param {number} coordinate */
export function clampToPad(coordinate) {
  return Math.min(Math.max(coordinate, 0), PAD_UNITS);
}
