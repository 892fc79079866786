import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "./disk.mjs";
import { requests } from "../../www/page/requests.js";
import { TrainClient } from "../../www/page/train/client.js";

/** How a worker answers a message; null for one whose script is gone. */
let answers = (/** @type {any} */ { id }) => ({ id, value: [] });
let workers = 0;

globalThis.Worker = class extends EventTarget {
  constructor() {
    super();
    workers += 1;
    if (!answers) queueMicrotask(() => this.dispatchEvent(Object.assign(new Event("error"), { message: "gone" })));
  }

  postMessage(message) {
    const data = answers?.(message);
    if (data) queueMicrotask(() => this.dispatchEvent(Object.assign(new Event("message"), { data })));
  }

  terminate() {}
};

const client = (crashes = []) => new TrainClient({ onEvent: () => {}, onCrash: (error) => crashes.push(error.code) });

beforeEach(() => {
  workers = 0;
  answers = ({ id }) => ({ id, value: [] });
});

test("a worker that can't be loaded is not started again until the page is reset", async () => {
  answers = null;
  const crashes = [];
  const broken = client(crashes);
  await assert.rejects(broken.ask("runs", {}), { code: "worker-broken" });
  for (let again = 0; again < 3; again += 1) await assert.rejects(broken.ask("runs", {}), { code: "worker-broken" });
  assert.equal(workers, 1);
  assert.deepEqual(crashes, ["worker-broken"]);
  answers = ({ id }) => ({ id, value: [] });
  await broken.ask("discard", {});
  assert.deepEqual(await broken.ask("runs", {}), []);
  assert.equal(workers, 2);
});

test("a worker that crashes after it answered is started again by the next request", async () => {
  const crashes = [];
  const crashing = client(crashes);
  await crashing.ask("runs", {});
  answers = null;
  const pending = crashing.ask("sets", {});
  pending.catch(() => {});
  crashing.terminate();
  await assert.rejects(pending, { code: "terminated" });
  answers = ({ id }) => ({ id, value: [] });
  await crashing.ask("runs", {});
  assert.equal(workers, 2);
  assert.deepEqual(crashes, []);
});

test("what a worker asks servers for is counted, though the worker is gone, and answers nothing", async () => {
  answers = () => ({ requests: ["https://digits.test/a.gz"] });
  const crashes = [];
  const asking = client(crashes);
  const pending = asking.ask("sets", {});
  asking.terminate();
  await assert.rejects(pending, { code: "terminated" });
  assert.deepEqual(requests.others, [{ host: "digits.test", count: 1 }]);
  assert.deepEqual(crashes, []);
});
