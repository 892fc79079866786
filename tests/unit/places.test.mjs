import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const www = new URL("../../www/", import.meta.url);
const read = (file) => readFileSync(new URL(file, www), "utf8");

test("every place that a script looks for is in index.html", () => {
  const places = new Set([...read("index.html").matchAll(/data-testid="([^"]+)"/g)].map(([, name]) => name));
  const scripts = readdirSync(new URL("page/", www), { recursive: true }).filter((file) => String(file).endsWith(".js"));
  const found = scripts.flatMap((file) => [...read(`page/${file}`).matchAll(/\bfind\("([^"]+)"/g)].map(([, name]) => name));
  assert.ok(found.length > 80);
  assert.deepEqual(found.filter((name) => !places.has(name)), []);
});
