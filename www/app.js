/** The drawing page: puts the parts together. */
import { Client } from "./client.js";
import { find } from "./dom.js";
import { AnswerView } from "./draw/answer.js";
import { Drawing } from "./draw/drawing.js";
import { KeyboardPen } from "./draw/keyboard.js";
import { Pad } from "./draw/pad.js";
import { Reader } from "./draw/reader.js";
import { CodedError } from "./protocol.js";
import { parseSettings, withSettings } from "./settings.js";
import { listenForShortcuts } from "./shortcuts.js";
import { StatusView } from "./status.js";

const canvas = find("pad", HTMLCanvasElement);
const deviceSelect = find("device-select", HTMLSelectElement);
const modelSelect = find("model-select", HTMLSelectElement);
const lineWidth = find("line-width", HTMLInputElement);

const { settings, problems } = parseSettings(location.search);
const status = new StatusView();
const answer = new AnswerView();
const drawing = new Drawing();
const pad = new Pad(canvas, drawing);
const client = new Client({ onEvent: receive, onCrash: fail });
const reader = new Reader(client, drawing, {
  onPrediction: (prediction) => answer.show(prediction),
  onError: fail,
});
new KeyboardPen(canvas, pad, drawing);

let ready = false;

async function start() {
  ready = false;
  status.showLoading();
  try {
    const device = await client.start(settings);
    ready = true;
    status.showReady();
    status.showDevice(device);
    await reader.refresh();
  } catch (error) {
    fail(error);
  }
}

/** @param {unknown} error */
function fail(error) {
  // Somebody chose another device meanwhile, which is loading now.
  if (error instanceof CodedError && error.code === "superseded") return;
  ready = false;
  status.showError(error);
}

/** @param {import("./protocol.js").WorkerEvent} event */
function receive(event) {
  if (event.event === "progress") {
    status.showProgress(event);
    return;
  }
  status.showDevice(event.device);
  // Another device may see it differently, and its time is of interest.
  if (!event.device.pending) reader.refresh();
}

function applySettings() {
  history.replaceState(null, "", withSettings(new URL(location.href), settings));
  deviceSelect.value = settings.device;
  modelSelect.value = settings.model;
}

drawing.addEventListener("change", () => {
  if (ready) reader.refresh();
  else if (drawing.isEmpty) answer.show(null);
});

const actions = { clear: () => drawing.clear(), undo: () => drawing.undo() };
find("clear", HTMLButtonElement).addEventListener("click", actions.clear);
find("undo", HTMLButtonElement).addEventListener("click", actions.undo);
listenForShortcuts(actions);

lineWidth.addEventListener("input", () => {
  pad.lineWidth = lineWidth.valueAsNumber;
  find("line-sample", HTMLElement).style.setProperty("--width", lineWidth.value);
});

for (const select of [deviceSelect, modelSelect]) {
  select.addEventListener("change", () => {
    settings.device = /** @type {import("./protocol.js").Device} */ (deviceSelect.value);
    settings.model = /** @type {import("./protocol.js").Model} */ (modelSelect.value);
    status.showProblems([]);
    applySettings();
    start();
  });
}

find("retry", HTMLButtonElement).addEventListener("click", () => {
  // The button goes away, and would take the focus with it.
  canvas.focus();
  start();
});

applySettings();
status.showProblems(problems);
answer.show(null);
start();
