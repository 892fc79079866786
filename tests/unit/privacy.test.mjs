import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Requests } from "../../www/page/requests.js";
import { headersOf } from "../e2e/headers.js";

const WWW = new URL("../../www/", import.meta.url);
const read = (name) => readFileSync(new URL(name, WWW), "utf8");
const headers = (path) => headersOf(new URL("_headers", WWW), path);
const policyOf = (path) => new Map(headers(path)).get("Content-Security-Policy");
const WORKER = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

test("the page's header has the policy of index.html, from either address", () => {
  const [, meta] = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(read("index.html"));
  assert.equal(policyOf("/"), meta);
  assert.equal(policyOf("/index.html"), meta);
});

test("the reading worker may ask this site only, the training worker any address as well", () => {
  assert.equal(policyOf("/workers/worker.js"), WORKER);
  assert.equal(policyOf("/workers/train/worker.js"), `${WORKER} https: http:`);
});

test("every file has headers, none a header twice, and each rule a file", () => {
  const paths = read("_headers").match(/^\/[^*\n]*$/gm);
  assert.equal(paths.length, 5);
  for (const path of [...paths, "/page/app.js"]) {
    const names = headers(path).map(([name]) => name);
    assert.ok(existsSync(new URL(`.${path}`, WWW)), path);
    assert.deepEqual([...new Set(names)], names, path);
    assert.deepEqual(names.slice(0, 2), ["X-Content-Type-Options", "Referrer-Policy"], path);
  }
  assert.equal(policyOf("/page/app.js"), undefined);
});

test("requests are counted by host, those that stay in the browser not at all", () => {
  const requests = new Requests("vitpad.test:8080");
  let changes = 0;
  requests.addEventListener("change", () => (changes += 1));
  requests.add(["http://vitpad.test:8080/a", "https://digits.test/a.gz", "data:image/png,", "blob:http://digits.test/1"]);
  requests.add(["http://vitpad.test:8080/b", "https://digits.test/b.gz", "https://vitpad.test/c"]);
  assert.equal(requests.own, 2);
  assert.deepEqual(requests.others, [{ host: "digits.test", count: 2 }, { host: "vitpad.test", count: 1 }]);
  assert.equal(changes, 2);
});
