/** vitpad itself, through its JavaScript API. */

/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Timed} Timed */

const DIST = new URL("../../../dist/", import.meta.url);
const SIZE = 28;
/** Of which two tenths are held out for validation and test, so that twenty batches are left. */
const BATCHES = 25;

/** @param {Task} task @returns {Promise<Timed>} */
export async function create(task) {
  const { fileOf } = await import(new URL("workers/wasm.js", DIST).href);
  return createFrom(fileOf(task.device), task);
}

/** @param {string} file of dist/ @param {Task} task @returns {Promise<Timed>} */
export async function createFrom(file, task) {
  const api = await import(new URL(`${file}.js`, DIST).href);
  await api.default();
  const { model, device, mode, batch } = task;
  const parameters = api.checkOptions({ preset: "reference", config: model });
  const trainerOn = (/** @type {string} */ device) =>
    api.Trainer.create({
      data: api.DataSet.fromIdx(randomIdx(BATCHES * Math.max(batch, 64))),
      device,
      preset: "reference",
      config: { ...model, dropout: 0 },
      recipe: { batch, epochs: 1_000, augment: null },
    });
  if (mode === "train") {
    const trainer = await trainerOn(device);
    return { parameters, step: async () => (await trainer.step()).losses[0] };
  }
  const weights = await (await trainerOn("cpu")).weights();
  const classifier = await api.Classifier.load({ device, weights });
  const image = Float32Array.from({ length: SIZE * SIZE }, (_, pixel) => (pixel % 7) / 6);
  return { parameters, step: async () => (await classifier.classify(image)).probabilities[0] };
}

/** A pair of IDX files; what is in the images makes no difference to the time. @param {number} count */
function randomIdx(count) {
  const images = idx([count, SIZE, SIZE]);
  const labels = idx([count]);
  for (let byte = 16; byte < images.length; byte++) images[byte] = Math.random() * 256;
  for (let byte = 8; byte < labels.length; byte++) labels[byte] = byte % 10;
  return { images, labels, name: "random" };
}

/** @param {number[]} shape */
function idx(shape) {
  const header = 4 + 4 * shape.length;
  const bytes = new Uint8Array(header + shape.reduce((product, length) => product * length));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((length, axis) => view.setUint32(4 + 4 * axis, length));
  return bytes;
}
