import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings, runOfModel, withSettings } from "../../www/shared/settings.js";

test("an address without choices gives the defaults", () => {
  assert.deepEqual(parseSettings(""), { settings: { device: "auto", model: "default" }, problems: [] });
});

test("a run can be the model, and the address keeps it", () => {
  const { settings, problems } = parseSettings("?model=run:m1x-2");
  assert.deepEqual([settings.model, problems], ["run:m1x-2", []]);
  const url = withSettings(new URL("http://localhost/?other=1"), settings);
  assert.equal(parseSettings(url.search).settings.model, "run:m1x-2");
  assert.equal(url.searchParams.get("other"), "1");
});

for (const model of ["run:", "run:../secret", "run:A", `run:${"a".repeat(41)}`, "Run:a"]) {
  test(`${model.slice(0, 20)} is no run, and is reported`, () => {
    assert.equal(runOfModel(model), null);
    const { settings, problems } = parseSettings(`?${new URLSearchParams({ model })}`);
    assert.equal(settings.model, "default");
    assert.deepEqual(problems.map(({ key, values }) => [key, values.used]), [["page.unknown-model", "default"]]);
  });
}
