import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Client } from "../../www/page/client.js";
import { Reader } from "../../www/page/draw/reader.js";

const DEFAULT = { device: "cpu", model: "default" };
const OTHER = { device: "cpu", model: "reference" };

/** All that were made, those that were ended too. */
let workers = [];

globalThis.Worker = class extends EventTarget {
  isEnded = false;
  requests = [];

  constructor() {
    super();
    workers.push(this);
  }

  postMessage(message) {
    this.requests.push(message);
  }

  terminate() {
    this.isEnded = true;
  }

  say(data) {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }

  /** Answers the last request. */
  answer(value) {
    this.say({ id: this.requests.at(-1).id, value });
  }

  refuse(code) {
    this.say({ id: this.requests.at(-1).id, error: { name: "Error", message: code, code, values: {} } });
  }
};

/** @type {Client} */
let client;
let events = [];
let crashes = [];

beforeEach(() => {
  workers = [];
  events = [];
  crashes = [];
  client = new Client({ onEvent: (event) => events.push(event.file ?? event.device.kind), onCrash: (error) => crashes.push(error.code) });
});

const start = (settings) => client.start(settings, { measure: false });
const ended = () => workers.map(({ isEnded }) => isEnded);

async function startReady(kind = "cpu") {
  const starting = start(DEFAULT);
  workers[0].answer({ kind, pending: false });
  await starting;
}

test("the old worker answers until the new one is ready, and then goes", async () => {
  await startReady();
  const starting = start(OTHER);
  assert.equal(client.isLoading, true);
  const reading = client.classify([]);
  workers[0].answer("by the old one");
  assert.equal(await reading, "by the old one");
  workers[1].answer({ kind: "cpu" });
  await starting;
  assert.deepEqual([client.isLoading, ended()], [false, [true, false]]);
  const next = client.classify([]);
  workers[1].answer("by the new one");
  assert.equal(await next, "by the new one");
});

test("where the new worker can't load, it goes, and the old one goes on", async () => {
  await startReady();
  const starting = start(OTHER);
  workers[1].refuse("download-failed");
  await assert.rejects(starting, { code: "download-failed" });
  assert.deepEqual([client.isLoading, ended()], [false, [false, true]]);
  const reading = client.classify([]);
  workers[0].answer("by the old one");
  assert.equal(await reading, "by the old one");
});

test("a new worker that dies while it loads is told by the load alone", async () => {
  await startReady();
  const starting = start(OTHER);
  workers[1].dispatchEvent(new Event("error", { cancelable: true }));
  await assert.rejects(starting, { code: "worker-broken" });
  assert.deepEqual([crashes, ended()], [[], [false, true]]);
  workers[0].dispatchEvent(Object.assign(new Event("error", { cancelable: true }), { message: "out of paper" }));
  assert.deepEqual([crashes, ended()], [["worker-crashed"], [true, true]]);
  await assert.rejects(client.classify([]), { code: "not-loaded" });
});

test("a second choice cancels the first", async () => {
  await startReady();
  const first = start(OTHER);
  const second = start(DEFAULT);
  await assert.rejects(first, { code: "superseded" });
  assert.deepEqual([client.isLoading, ended()], [true, [false, true, false]]);
  workers[2].answer({ kind: "cpu" });
  await second;
  assert.deepEqual(ended(), [true, true, false]);
});

test("devices are told of the worker that answers, progress of the one that loads", async () => {
  await startReady();
  const starting = start(OTHER);
  for (const worker of workers) {
    worker.say({ event: "progress", file: worker === workers[0] ? "webgpu" : "weights" });
    worker.say({ event: "device", device: { kind: worker === workers[0] ? "old" : "new" } });
  }
  assert.deepEqual(events, ["old", "weights"]);
  workers[1].answer({ kind: "cpu" });
  await starting;
  workers[1].say({ event: "device", device: { kind: "new" } });
  assert.deepEqual(events, ["old", "weights", "new"]);
});

for (const { kind, seconds } of [{ kind: "cpu", seconds: 30 }, { kind: "webgpu", seconds: 150 }]) {
  test(`a worker on ${kind} that does not answer for ${seconds} s is ended`, async () => {
    await startReady(kind);
    mock.timers.enable({ apis: ["setTimeout"] });
    const answered = client.classify([]);
    workers[0].answer(null);
    assert.equal(await answered, null);
    mock.timers.tick(1_000);
    const reading = client.classify([]);
    mock.timers.tick(1_000 * seconds - 1);
    assert.deepEqual(ended(), [false]);
    mock.timers.tick(1);
    await assert.rejects(reading, { code: "worker-silent", values: { seconds } });
    assert.deepEqual([ended(), crashes], [[true], []]);
    mock.timers.reset();
  });
}

test("a drawing that the old worker had not read yet is read by the new one", async () => {
  await startReady();
  const shown = [];
  const drawing = { isEmpty: false, revision: 0, toStrokes: () => [] };
  const reader = new Reader(client, drawing, { onPrediction: (prediction) => shown.push(prediction), onError: ({ code }) => shown.push(code) });
  const reading = reader.refresh();
  const starting = start(OTHER);
  workers[1].answer({ kind: "cpu" });
  await starting;
  await new Promise(setImmediate);
  workers[1].answer("by the new one");
  await reading;
  assert.deepEqual(shown, ["by the new one"]);
});
