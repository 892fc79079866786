/** What goes wrong has words: Rust's in Chinese (its own are English), the page's in both languages. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { placesOf } from "../../www/page/words.js";
import en from "../../www/words/en.js";
import zh from "../../www/words/zh.js";

const ROOT = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), "utf8");
const groupsOf = (text, pattern) => [...text.matchAll(pattern)].map(([, ...groups]) => groups);

/** The variants of an enum in Rust, with the names of their fields. */
function variantsOf(source, name) {
  const [, body] = source.match(new RegExp(`pub enum ${name} \\{\\n(.*?)\\n\\}`, "s"));
  const variants = groupsOf(body, /^ {4}(\w+)(?: \{(.*?)\})?/gms);
  return variants.map(([variant, fields = ""]) => ({ variant, fields: groupsOf(fields, /(\w+):/g).flat() }));
}

/** Pairs of a variant and its code, from a function `code` in Rust. */
function codesOf(source) {
  const [, body] = source.match(/pub fn code.*?match self \{(.*?)\n {8}\}/s);
  const arms = groupsOf(body, /(Self::[^=]*)=> "([\w-]+)"/g);
  return arms.flatMap(([variants, code]) => groupsOf(variants, /Self::(\w+)/g).map(([variant]) => [variant, code]));
}

const kebab = (name) => name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
/** Errors that come in kinds, and where these are. */
const NESTED = {
  Idx: ["src/error/data.rs", "IdxError"],
  Data: ["src/error/data.rs", "DataError"],
  Drawing: ["src/error/data.rs", "DrawingError"],
  Config: ["src/error/expected.rs", "Expected"],
};

/** The key of each error in Rust, and the names of its values. */
function errorsOfRust() {
  const source = read("src/error.rs");
  const codes = new Map(codesOf(source));
  return variantsOf(source, "Error").flatMap(({ variant, fields }) => {
    const key = `error.${codes.get(variant)}`;
    if (!(variant in NESTED)) return { key, fields };
    const [file, name] = NESTED[variant];
    // Beside its kind's values it may have some of its own.
    return variantsOf(read(file), name).map((kind) => ({ key: `${key}.${kebab(kind.variant)}`, fields: [...fields, ...kind.fields] }));
  });
}

const ERRORS = errorsOfRust();

test("Rust's errors are found in its source", () => {
  const keys = ERRORS.map(({ key }) => key);
  for (const key of ["error.freed", "error.tensor-value", "error.invalid-idx.too-large"]) assert.ok(keys.includes(key));
  assert.ok(!keys.includes("error.undefined"));
});

for (const key of new Set(ERRORS.map((error) => error.key))) {
  test(`Rust's ${key} has Chinese words, with places for its values`, () => {
    assert.ok(key in zh);
    assert.ok(!(key in en), "English is Rust's own");
    // Two may share a code: where the words do not fit, Rust's are said.
    const isFilled = ({ fields }) => placesOf(zh[key]).every((place) => fields.includes(place));
    assert.ok(ERRORS.some((error) => error.key === key && isFilled(error)));
  });
}

for (const [, code] of codesOf(read("src/error/fallback.rs"))) {
  test(`the reason ${code} not to use a device has Chinese words`, () => {
    assert.ok(`fallback.${code}` in zh);
    assert.ok(placesOf(zh[`fallback.${code}`]).every((place) => place === "detail"));
  });
}

const SCRIPTS = readdirSync(new URL("www", ROOT), { recursive: true })
  .filter((path) => path.endsWith(".js") && !path.startsWith("words"))
  .map((path) => `www/${path}`);

for (const path of SCRIPTS) {
  const source = read(path);
  const thrown = groupsOf(source, /new CodedError\("([\w-]+)"(?:, \{ kind: "([\w-]+)")?/g);
  // Part of a key may be known only when it is said; what Rust says is in no script.
  const said = groupsOf(source, /\bkey: ["`]([a-z]+\.[\w.-]*)/g).flat().filter((key) => !/^(error|fallback|schema)\.$/.test(key));
  const keys = [...thrown.map(([code, kind]) => `error.${code}${kind ? `.${kind}` : ""}`), ...said];
  for (const key of new Set(keys)) {
    const start = /\W$/.test(key) ? key : `${key}.`;
    test(`${path} says ${key} in both languages`, () => {
      for (const words of [en, zh]) assert.ok(Object.keys(words).some((each) => each === key || each.startsWith(start)));
    });
  }
  for (const [kind] of groupsOf(source, /\{ kind: "([\w-]+)"/g)) {
    test(`${path} has an error of the kind ${kind}, with words in both languages`, () => {
      for (const words of [en, zh]) assert.ok(Object.keys(words).some((each) => /^error\./.test(each) && each.endsWith(`.${kind}`)));
    });
  }
}
