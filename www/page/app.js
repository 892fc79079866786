/** The page: the drawing tab, and the way to the training tab. */
import { Client } from "./client.js";
import { find } from "./dom.js";
import { AnswerView } from "./draw/answer.js";
import { Drawing } from "./draw/drawing.js";
import { KeyboardPen } from "./draw/keyboard.js";
import { LabelStrip } from "./draw/labels.js";
import { Pad } from "./draw/pad.js";
import { Reader } from "./draw/reader.js";
import { isClearing } from "./persist.js";
import { requests } from "./requests.js";
import { INSECURE, isInsecure } from "../shared/insecure.js";
import { codeOf } from "../shared/protocol.js";
import { watchRequests } from "../shared/requests.js";
import { parseSettings, runOfModel, withSettings } from "../shared/settings.js";
import { listenForShortcuts } from "./shortcuts.js";
import { StatusView } from "./status.js";
import { parseTab, Tabs } from "./tabs.js";
import { checkVersion } from "./update.js";
import { LANGUAGES, locale, otherLanguages, onError, say, sayAll, sayError } from "./words.js";

/** @typedef {import("../shared/protocol.js").Prediction} Prediction */
/** @typedef {import("../shared/settings.js").Settings} Settings */

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
const { settings: asked, problems } = parseSettings(location.search);
const status = new StatusView();
const answer = new AnswerView();
const drawing = new Drawing();
const pad = new Pad(canvas, drawing);
const client = new Client({ onEvent: receive, onCrash: failReading });
const reader = new Reader(client, drawing, { onPrediction: show, onError: failReading });
const labels = new LabelStrip(find("correct", HTMLElement), {
  testId: "correct",
  pixels: async () => prediction && Uint8Array.from(prediction.image, (ink) => Math.round(ink * 255)),
  keep: (pixels, label) => client.keepDigit(pixels, label),
});
new KeyboardPen(canvas, pad, drawing);

let started = false;
/** The last choice. */
let wanted = asked;
/** @type {Settings | undefined} what reads, if anything does: until another is loaded, the one before */
let reading;
/** @type {Prediction | null} */
let prediction = null;

/** @param {Settings} choice */
async function start(choice, { measure } = { measure: false }) {
  started = true;
  wanted = choice;
  showSettings(choice);
  status.showLoading();
  try {
    const device = await client.start(choice, { measure });
    reading = choice;
    status.showReady();
    status.showDevice(device);
    await reader.refresh();
    prepareOffline();
  } catch (error) {
    failLoading(error);
  }
}

/** @param {Prediction | null} latest null where nothing is drawn */
function show(latest) {
  prediction = latest;
  answer.show(latest);
  labels.enable(latest !== null);
}

/** @param {unknown} error */
function failLoading(error) {
  // Somebody chose another one meanwhile, which is loading now.
  if (codeOf(error) === "superseded") return;
  if (reading) showSettings(reading);
  status.showError(error, reading && modelSelect.selectedOptions[0].text);
}

/** @param {unknown} error that is of no interest where another one may be ready soon */
function failReading(error) {
  if (!client.isLoading) {
    wanted = reading ?? wanted;
    status.showError(error);
  }
  reading = undefined;
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

/** @param {Settings} settings */
function showSettings(settings) {
  history.replaceState(null, "", withSettings(new URL(location.href), settings));
  deviceSelect.value = settings.device;
  modelSelect.value = settings.model;
}

/** @returns {Settings} what the page shows as chosen */
function chosen() {
  return {
    device: /** @type {Settings["device"]} */ (deviceSelect.value),
    model: /** @type {Settings["model"]} */ (modelSelect.value),
  };
}

drawing.addEventListener("change", () => {
  if (reading) reader.refresh();
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
    status.showProblems("settings", []);
    // Who chooses a device, even the best one once more, wants to know how fast they are now.
    start(chosen(), { measure: select === deviceSelect });
  });
}

find("retry", HTMLButtonElement).addEventListener("click", () => {
  // The button goes away, and would take the focus with it.
  canvas.focus();
  start(wanted);
});

const drawPanel = panel(document, "panel-draw");
const trainPanel = panel(template.content, "panel-train");
const tabs = new Tabs(find("pages", HTMLElement), { draw: drawPanel, train: trainPanel }, (name) => {
  if (name === "draw" && !started) start(wanted);
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
    .then(prepareOffline)
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
  const model = `run:${id}`;
  nameRun(model, name);
  modelSelect.value = model;
  start(chosen());
  tabs.open("draw");
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
  const id = runOfModel(asked.model);
  if (id === null) return;
  nameRun(asked.model, say("draw.model.trained"));
  // Where it is gone, or the module is, loading it says so.
  const run = await import("../shared/train/store.js").then(({ readRun }) => readRun(id)).catch(() => undefined);
  if (run) nameRun(asked.model, run.name);
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

for (const each of otherLanguages) {
  const link = document.createElement("a");
  link.dataset.testid = `language-${each}`;
  link.lang = LANGUAGES[each].tag;
  link.textContent = LANGUAGES[each].name;
  link.href = `?lang=${each}`;
  link.addEventListener("click", () => {
    // The address of now, with all that was chosen.
    const url = new URL(location.href);
    url.searchParams.set("lang", each);
    link.href = url.href;
  });
  find("languages", HTMLElement).append(link, " ");
}

/** Nothing of this visit needs it, and without it the page works as before. */
function prepareOffline() {
  import("./offline.js").then((offline) => offline.prepareOffline()).catch(() => {});
}

/** Before anything of this page could read what is kept, or keep more. */
async function clear() {
  try {
    const { skipOffline } = await import("./offline.js");
    skipOffline();
    const { clearAll } = await import("./clear.js");
    await clearAll();
    status.showProblems("site", [say("clear.done")]);
  } catch (error) {
    status.showProblems("site", [say("clear.failed", { why: sayError(error) })]);
  }
}

onError(checkVersion);
watchRequests((addresses) => requests.add(addresses));
listenForShortcuts(drawPanel, actions);
status.showProblems("site", isInsecure() ? [INSECURE] : []);
if (isClearing()) await clear();
nameRunOfAddress();
showSettings(asked);
status.showProblems("settings", problem ? [problem, ...problems] : problems);
show(null);
tabs.open(tab);
