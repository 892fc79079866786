import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "./fixtures.js";

const { MNIST_DIR } = process.env;

/**
 * What PyTorch reaches with the same recipe, in per cent: the mean of five seeds and their standard
 * deviation, by tests/fixtures/golden/epoch_accuracy.py.
 */
const PYTORCH = { mean: 28.2, deviation: 4.7 };

test("the reference preset learns MNIST as fast as PyTorch's does", async ({ vitpad, page }) => {
  test.skip(!MNIST_DIR, "needs MNIST: set MNIST_DIR to the folder with its four files");
  test.setTimeout(900_000);
  await page.route("**/mnist/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop();
    return route.fulfill({ body: readMnist(`${MNIST_DIR}/${name}`) });
  });
  // A page of the same origin that computes nothing meanwhile.
  await vitpad.open("./workers/wasm.js");
  const percent = await page.evaluate(learn, { seed: 1 });
  test.info().annotations.push({ type: "accuracy", description: `${percent} %, PyTorch ${PYTORCH.mean} %` });
  console.log(`    test accuracy ${percent.toFixed(2)} %, PyTorch ${PYTORCH.mean} ± ${PYTORCH.deviation} %`);
  expect(Math.abs(percent - PYTORCH.mean)).toBeLessThan(2 * PYTORCH.deviation);
});

/** @param {string} path of a file that may be packed */
function readMnist(path) {
  return readFileSync(existsSync(path) ? path : `${path}.gz`);
}

/**
 * Runs in the page: one epoch of 12,800 images in batches of 64.
 * @param {{ seed: number }} options
 */
async function learn({ seed }) {
  const fetchFile = async (/** @type {string} */ name) => new Uint8Array(await (await fetch(`/mnist/${name}`)).arrayBuffer());
  const [images, labels, testImages, testLabels] = await Promise.all(
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"].map(fetchFile),
  );
  const { default: init, DataSet, Trainer } = await import(`${location.origin}/cpu.js`);
  await init();
  const data = DataSet.fromIdx({ images, labels, testImages, testLabels, limit: 12_800 });
  const recipe = { batch: 64, epochs: 1, seed };
  const trainer = await Trainer.create({ data, device: "cpu", preset: "reference", recipe });
  for await (const _ of trainer);
  const { accuracy } = await trainer.evaluate({ set: "test" });
  return 100 * accuracy;
}
