import assert from "node:assert/strict";
import { test } from "node:test";
import { SITE, VERSION, placeOf } from "../../www/shared/site.js";

test("a script in the folder of a version knows the version, and where the site begins", () => {
  for (const [address, site, version] of [
    ["https://a.test/0123456789ab/shared/site.js", "https://a.test/", "0123456789ab"],
    ["https://a.test/sub/path/0123456789ab/shared/site.js", "https://a.test/sub/path/", "0123456789ab"],
    ["http://127.0.0.1:8080/shared/site.js", "http://127.0.0.1:8080/", undefined],
    ["http://127.0.0.1:8080/sub/path/shared/site.js", "http://127.0.0.1:8080/sub/path/", undefined],
  ]) {
    assert.deepEqual(placeOf(address), { site, version });
  }
});

test("www/ itself has no version", () => {
  assert.equal(SITE, new URL("../../www/", import.meta.url).href);
  assert.equal(VERSION, undefined);
});
