import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { sayError } from "../../www/page/words.js";
import { LARGEST_FILE } from "../../www/shared/limits.js";
import { downloadBytes } from "../../www/workers/download.js";
import { fetchForeignSet } from "../../www/workers/train/files.js";

const { fetch } = globalThis;
const url = new URL("https://example.org/digits/images.gz");
const CHUNK = new Uint8Array(1_000);

afterEach(() => (globalThis.fetch = fetch));

/**
 * A server that sends one chunk after the other.
 *
 * @param {{ chunks?: number, size?: number, headers?: Record<string, string>, status?: number }} options
 */
function serve({ chunks = Infinity, size = CHUNK.length, headers = {}, status = 200 }) {
  const served = { sent: 0, cancelled: 0, asked: /** @type {string[]} */ ([]) };
  globalThis.fetch = async (address, { signal } = {}) => {
    served.asked.push(String(address));
    signal?.throwIfAborted();
    const body = new ReadableStream({
      start: (controller) => signal?.addEventListener("abort", () => controller.error(signal.reason)),
      pull: async (controller) => {
        await new Promise(setImmediate);
        if (signal?.aborted) return;
        served.sent += 1;
        // As if it were that large.
        controller.enqueue(size === CHUNK.length ? CHUNK : Object.defineProperty(new Uint8Array(1), "byteLength", { value: size }));
        if (served.sent >= chunks) controller.close();
      },
      cancel: () => void (served.cancelled += 1),
    });
    return new Response(body, { status, headers });
  };
  return served;
}

const load = (options) => downloadBytes({ url, expectedBytes: 10, onProgress: () => {}, ...options });

test("the chunks of a download are put together, and counted", async () => {
  serve({ chunks: 3 });
  const counts = [];
  const bytes = await load({ onProgress: (loaded, total) => counts.push([loaded, total]) });
  assert.equal(bytes.length, 3_000);
  assert.deepEqual(counts, [[1_000, 1_000], [2_000, 2_000], [3_000, 3_000]]);
});

test("a server that announces too much is not listened to", async () => {
  const served = serve({ headers: { "Content-Length": String(LARGEST_FILE + 1) } });
  await assert.rejects(load({}), (error) => {
    assert.equal(sayError(error), "images.gz has more than the 512\u00a0MB that can be read.");
    return true;
  });
  assert.equal(served.cancelled, 1);
  assert.ok(served.sent <= 1);
});

test("a server that sends more and more is not listened to any longer", async () => {
  const served = serve({ size: 200 * 2 ** 20 });
  await assert.rejects(load({}), { code: "invalid-files", values: { kind: "too-large", file: "images.gz", most: 512 } });
  assert.equal(served.cancelled, 1);
  assert.ok(served.sent <= 4);
});

test("a download ends with the reason of its signal", async () => {
  const ending = new AbortController();
  const reason = new Error("enough");
  const served = serve({});
  await assert.rejects(load({ signal: ending.signal, onProgress: (loaded) => loaded > 4_000 && ending.abort(reason) }), reason);
  assert.ok(served.sent < 10);
});

test("of a set elsewhere the rest is not loaded once a file is too large, nor is it tried unpacked", async () => {
  const served = serve({ headers: { "Content-Length": String(LARGEST_FILE + 1) } });
  const told = [];
  const options = { signal: new AbortController().signal, onProgress: (...progress) => told.push(progress) };
  await assert.rejects(fetchForeignSet(new URL("https://example.org/digits/"), options), { code: "invalid-files" });
  assert.ok(served.asked.every((address) => address.endsWith(".gz")));
  // What shows the progress learns that it is over.
  assert.deepEqual(told, [["", 0, 0]]);
});
