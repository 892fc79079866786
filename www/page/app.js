/** The page: the drawing tab, and the way to the training tab. */
import { Client } from "./client.js";
import { find } from "./dom.js";
import { AnswerView } from "./draw/answer.js";
import { Drawing } from "./draw/drawing.js";
import { KeyboardPen } from "./draw/keyboard.js";
import { LabelStrip } from "./draw/labels.js";
import { Pad } from "./draw/pad.js";
import { Reader } from "./draw/reader.js";
import { requests } from "./requests.js";
import { INSECURE, isInsecure } from "../shared/insecure.js";
import { CodedError } from "../shared/protocol.js";
import { watchRequests } from "../shared/requests.js";
import { parseSettings, runOfModel, withSettings } from "../shared/settings.js";
import { listenForShortcuts } from "./shortcuts.js";
import { StatusView } from "./status.js";
import { parseTab, Tabs } from "./tabs.js";
import { locale, otherLanguage, say, sayAll, sayError } from "./words.js";

/** @typedef {import("../shared/protocol.js").Prediction} Prediction */

// All scripts are there.
find("startup", HTMLElement).remove();

const template = document.getElementById("train-template");
if (!(template instanceof HTMLTemplateElement)) throw new Error("index.html has no training page");
document.documentElement.lang = locale;
sayAll(document);
sayAll(template.content);

const canvas = find("pad", HTMLCanvasElement);
const deviceSelect = find("device-select", HTMLSelectElement);
const modelSelect = find("model-select", HTMLSelectElement);
const lineWidth = find("line-width", HTMLInputElement);
const lineSample = find("line-sample", HTMLElement);

const { tab, problem } = parseTab(location.search);
const { settings, problems } = parseSettings(location.search);
const status = new StatusView();
const answer = new AnswerView();
const drawing = new Drawing();
const pad = new Pad(canvas, drawing);
const client = new Client({ onEvent: receive, onCrash: fail });
const reader = new Reader(client, drawing, { onPrediction: show, onError: fail });
const labels = new LabelStrip(find("correct", HTMLElement), {
  testId: "correct",
  pixels: async () => prediction && Uint8Array.from(prediction.image, (ink) => Math.round(ink * 255)),
  keep: (pixels, label) => client.keepDigit(pixels, label),
});
new KeyboardPen(canvas, pad, drawing);

let started = false;
let ready = false;
/** @type {Prediction | null} */
let prediction = null;

async function start({ measure } = { measure: false }) {
  started = true;
  ready = false;
  status.showLoading();
  try {
    const device = await client.start(settings, { measure });
    ready = true;
    status.showReady();
    status.showDevice(device);
    await reader.refresh();
  } catch (error) {
    fail(error);
  }
}

/** @param {Prediction | null} latest null where nothing is drawn */
function show(latest) {
  prediction = latest;
  answer.show(latest);
  labels.enable(latest !== null);
}

/** @param {unknown} error */
function fail(error) {
  // Somebody chose another device meanwhile, which is loading now.
  if (error instanceof CodedError && error.code === "superseded") return;
  ready = false;
  status.showError(error);
}

/** @param {import("../shared/protocol.js").WorkerEvent} event */
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
  else if (drawing.isEmpty) show(null);
});

const actions = { clear: () => drawing.clear(), undo: () => drawing.undo() };
find("clear", HTMLButtonElement).addEventListener("click", actions.clear);
find("undo", HTMLButtonElement).addEventListener("click", actions.undo);

lineWidth.addEventListener("input", () => {
  pad.lineWidth = lineWidth.valueAsNumber;
  lineSample.style.setProperty("--width", lineWidth.value);
});

for (const select of [deviceSelect, modelSelect]) {
  select.addEventListener("change", () => {
    settings.device = /** @type {import("../shared/protocol.js").Device} */ (deviceSelect.value);
    settings.model = /** @type {import("../shared/protocol.js").Model} */ (modelSelect.value);
    status.showProblems("settings", []);
    applySettings();
    // Who chooses a device, even the best one once more, wants to know how fast they are now.
    start({ measure: select === deviceSelect });
  });
}

find("retry", HTMLButtonElement).addEventListener("click", () => {
  // The button goes away, and would take the focus with it.
  canvas.focus();
  start();
});

const drawPanel = panel(document, "panel-draw");
const trainPanel = panel(template.content, "panel-train");
const tabs = new Tabs(find("pages", HTMLElement), { draw: drawPanel, train: trainPanel }, (name) => {
  if (name === "draw" && !started) start();
  if (name === "train") openTraining();
});

/**
 * @param {Document | DocumentFragment} where
 * @param {string} id
 */
function panel(where, id) {
  const element = where.getElementById(id);
  if (!element) throw new Error(`index.html has no ${id}`);
  return element;
}

/** @type {Promise<void> | undefined} */
let training;

/** Loads the training page when it is first opened: who only draws needs none of it. */
function openTraining() {
  training ??= import("./train/page.js")
    .then(({ openPage }) => openPage({ panel: trainPanel, onProblems: (list) => status.showProblems("training", list), useModel }))
    .catch((error) => {
      training = undefined;
      status.showProblems("training", [say("page.no-training", { why: sayError(error) })]);
    });
}

/**
 * @param {string} id of a run
 * @param {string} name
 */
function useModel(id, name) {
  settings.model = `run:${id}`;
  nameRun(settings.model, name);
  applySettings();
  tabs.open("draw");
  start();
}

/**
 * @param {string} model
 * @param {string} name
 */
function nameRun(model, name) {
  const known = [...modelSelect.options].find((option) => option.value === model);
  if (known) known.text = name;
  else modelSelect.add(new Option(name, model));
}

/** An address may ask for a run, which the list does not have yet. */
async function nameRunOfAddress() {
  const id = runOfModel(settings.model);
  if (id === null) return;
  nameRun(settings.model, say("draw.model.trained"));
  const { readRun } = await import("../shared/train/store.js");
  // Where it is gone, loading it says so.
  const run = await readRun(id).catch(() => undefined);
  if (run) nameRun(settings.model, run.name);
}

const privacy = find("privacy", HTMLDetailsElement);
/** @type {Promise<void> | undefined} */
let privacyShown;
privacy.addEventListener("toggle", () => {
  const place = find("privacy-text", HTMLElement, privacy);
  privacyShown ??= import("./privacy.js")
    .then(({ showPrivacy }) => showPrivacy(place))
    .catch((error) => {
      privacyShown = undefined;
      place.textContent = say("privacy.not-loaded", { why: sayError(error) });
    });
});

const languageLink = find("other-language", HTMLAnchorElement);
languageLink.lang = otherLanguage;
languageLink.href = `?lang=${otherLanguage}`;
languageLink.addEventListener("click", () => {
  // The address of now, with all that was chosen.
  const url = new URL(location.href);
  url.searchParams.set("lang", otherLanguage);
  languageLink.href = url.href;
});

watchRequests((addresses) => requests.add(addresses));
listenForShortcuts(drawPanel, actions);
nameRunOfAddress();
applySettings();
status.showProblems("site", isInsecure() ? [INSECURE] : []);
status.showProblems("settings", problem ? [problem, ...problems] : problems);
show(null);
tabs.open(tab);
