import assert from "node:assert/strict";
import { test } from "node:test";
import { mendLanguage } from "../../www/shared/compat.js";

for (const [language, expected] of [["C", "en"], ["", "en"], ["de-CH", "de-CH"]]) {
  test(`the language ${JSON.stringify(language)} of a browser is ${expected} to Intl`, () => {
    // As in browsers: a getter of the prototype.
    const navigator = Object.create({ get language() { return language; } });
    mendLanguage(navigator);
    assert.equal(navigator.language, expected);
    new Intl.NumberFormat(navigator.language);
  });
}
