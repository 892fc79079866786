import { expect, test } from "./fixtures.js";
import { chaos } from "./chaos/run.js";

/** Among this seed's first 20 faults all kinds come up but the two that take a user half a minute to end. */
const SEED = 27;

test("a run under 20 random faults ends with the weights of an undisturbed one, bit for bit", async ({ browser }) => {
  test.setTimeout(300_000);
  /** @type {string[]} */
  const lines = [`seed ${SEED}`];
  const isEqual = await chaos({ browser, device: "cpu", seed: SEED, faults: 20, epochs: 60, log: (line) => lines.push(line) }).catch((error) => error.message);
  expect(isEqual, lines.join("\n")).toBe(true);
});
