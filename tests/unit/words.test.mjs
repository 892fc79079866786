import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import en from "../../www/words/en.js";
import zh from "../../www/words/zh.js";
import { chooseLanguage, LANGUAGES, placesOf, say, sayError, sayName, sayWords } from "../../www/page/words.js";
import { CodedError } from "../../www/shared/protocol.js";

const ROOT = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, found]) => found);
const scripts = readdirSync(new URL("www", ROOT), { recursive: true })
  .filter((path) => /^(page|shared|workers)\/.*\.js$/.test(path))
  .map((path) => read(`www/${path}`))
  .join("\n");
const html = read("www/index.html");
const errors = ["error", "error/data", "error/expected", "error/fallback"].map((name) => read(`src/${name}.rs`)).join("\n");
const schema = read("src/schema.rs");

/** Each language but English, with its words. */
const others = [];
for (const [name, { tag, words }] of Object.entries(LANGUAGES)) if (name !== "en") others.push({ name, tag, words: (await words()).default });

/** What Rust says in English by itself. */
const isOfRust = (key) => /^(error|fallback|schema)\./.test(key);
/** Told to programs, and never said. */
const SILENT = ["error.superseded"];

const attributes = matches(html, /\bdata-say(?:-label|-hint)?="([^"]*)"/g);
const quoted = new Set(matches(scripts, /"([\w-]+(?:\.[\w-]+)*)"/g));
/** Keys that are put together, as in `run.state.${state}`. */
const patterns = matches(scripts, /`((?!error\.|schema\.)[a-z]+\.[^`\s/]*\$\{[^`\s/]*)`/g).map((template) => {
  const parts = template.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(".", "\\."));
  return new RegExp(`^${parts.join("[\\w-]+")}$`);
});
const kebab = (name) => name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
const states = matches(read("www/builds.js"), /"([a-z ]+)"/g).map((state) => state.replace(" ", "-"));
/** Of errors, where they are not literals. */
const kinds = new Set([...states, ...matches(errors, /^ {4}([A-Z]\w*)(?: \{|,$)/gm).map(kebab)]);

for (const { name, words } of others) {
  test(`${name} has the keys of English, and no others but those of what Rust says`, () => {
    assert.deepEqual(Object.keys(en).filter((key) => !(key in words)), []);
    assert.deepEqual(Object.keys(words).filter((key) => !(key in en) && !isOfRust(key)), []);
  });

  test(`${name} has the places of English`, () => {
    for (const [key, entry] of Object.entries(en)) assert.deepEqual(placesOf(words[key]).sort(), placesOf(entry).sort(), key);
  });
}

test("a language has a text for each of its plural forms, which a number called count decides", () => {
  for (const { words, tag } of [{ words: en, tag: "en" }, ...others]) {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    for (const [key, entry] of Object.entries(words)) {
      if (typeof entry === "string") continue;
      assert.deepEqual(Object.keys(entry).sort(), forms, key);
      assert.ok(placesOf(entry).includes("count"), key);
    }
  }
});

test("the words of index.html are there", () => {
  assert.ok(attributes.length > 80);
  for (const key of attributes) assert.ok(key in en, key);
});

test("whatever is said is there", () => {
  const called = matches(scripts, /\bsay\(([^,)]*)/g).flatMap((argument) => matches(argument, /"([\w-]+\.[^"]*)"/g));
  const held = matches(scripts, /\bkey: (?:[\w.]+ \? )?"([^"]*)"/g);
  assert.ok(called.length > 50 && held.length > 10);
  for (const key of [...called, ...held]) assert.ok(key in en, key);
  for (const pattern of patterns) assert.ok(Object.keys(zh).some((key) => pattern.test(key)), String(pattern));
});

test("errors have words, be they JavaScript's or Rust's", () => {
  const thrown = [...scripts.matchAll(/new CodedError\(\s*"([\w-]+)"(?:,\s*\{\s*kind: "([\w-]+)")?/g)];
  for (const [, code, kind] of thrown) {
    const key = kind ? `error.${code}.${kind}` : `error.${code}`;
    const known = Object.keys(en).some((each) => each === key || (!kind && each.startsWith(`${key}.`)));
    assert.ok(known || SILENT.includes(key), key);
  }
  const codes = matches(errors, /=> "([\w-]+)",/g);
  assert.ok(codes.length > 25);
  for (const code of codes) assert.ok(Object.keys(zh).some((key) => key.split(".")[1] === code), code);
});

test("no words are there that nobody says", () => {
  const isSaid = (key) => {
    const [group, code, kind] = key.split(".");
    if (group === "schema") return true;
    if (!isOfRust(key)) return quoted.has(key) || attributes.includes(key) || patterns.some((pattern) => pattern.test(key));
    const isThrown = quoted.has(code) || errors.includes(`"${code}"`);
    return isThrown && (!kind || quoted.has(kind) || kinds.has(kind));
  };
  assert.deepEqual(Object.keys(zh).filter((key) => !isSaid(key)), []);
});

test("values of Rust's errors are what their words have places for", () => {
  const fields = new Set(["detail", ...matches(errors, /\b(\w+): /g)]);
  for (const key of Object.keys(zh).filter((each) => !(each in en))) {
    for (const place of placesOf(zh[key])) assert.ok(fields.has(place), `${key}: ${place}`);
  }
});

test("all that the table of hyperparameters names has a name, and nothing else", () => {
  const pairs = (text) => [...text.matchAll(/\["([\w-]+)", "[^"]*"\]/g)].map(([, value]) => value);
  const named = pairs(schema.split("pub const PRESETS")[1].split(";\n")[0]).map((value) => `preset.${value}`);
  for (const [, kind, name, rest] of schema.matchAll(/^ {4}(whole|between|finite|choice)\("([^"]+)", "[^"]*", (.*)$/gm)) {
    const hint = kind !== "choice" && /^"[^"]+"/.test(rest) ? [`${name}.hint`] : [];
    const choices = kind === "choice" ? pairs(rest).map((value) => `${name}.${value}`) : [];
    named.push(name, ...hint, ...choices);
  }
  assert.ok(named.length > 50);
  const found = Object.keys(zh).filter((key) => key.startsWith("schema."));
  assert.deepEqual(found.sort(), named.map((name) => `schema.${name}`).sort());
});

for (const [asked, preferred, expected] of [
  ["zh", ["en"], "zh"],
  ["en", ["zh-CN"], "en"],
  ["zh-TW", [], "zh"],
  ["fr", ["zh-CN", "en"], "zh"],
  ["constructor", [], "en"],
  ["", ["zh_CN"], "zh"],
  [null, ["fr-CH", "ZH-Hans", "en"], "zh"],
  [null, ["en-GB", "zh"], "en"],
  [null, ["C"], "en"],
  [null, [""], "en"],
  [null, [], "en"],
]) {
  test(`?lang=${asked} in a browser that prefers ${preferred.join(", ") || "nothing"} gives ${expected}`, () => {
    assert.equal(chooseLanguage(asked, preferred), expected);
  });
}

test("places are filled with numbers, lists and other words, and a count decides the form", () => {
  assert.equal(say("run.download", { file: "a.gz", share: "5\u00a0%" }), "Loading a.gz: 5\u00a0%");
  assert.equal(say("mine.count", { count: 1 }), "1 digit. They stay in this browser.");
  assert.equal(say("mine.count", { count: 1_234 }), "1,234 digits. They stay in this browser.");
  assert.equal(say("address.unknown", { names: ["“a”", "“b”"] }), "The address also has “a”, “b”, which means nothing here.");
  assert.equal(sayWords({ key: "run.crashed", values: { why: { key: "run.failed" } } }), "The run failed. What the last checkpoint holds is kept.");
});

test("an error is said by its code and kind, or else in the words it brings along", () => {
  assert.equal(sayError(new CodedError("too-many-compared", { most: 4 })), "At most 4 runs can be compared: take another away first.");
  assert.equal(sayError(new CodedError("data-gone", { kind: "files", set: "A" })), "The files of “A” are not kept here: choose or drop them again.");
  assert.equal(sayError(Object.assign(new Error("width is 65"), { code: "invalid-config" })), "Width is 65.");
  assert.equal(sayError("out of chalk"), "Out of chalk.");
  assert.equal(sayName("schema.width", "Width"), "Width");
});
