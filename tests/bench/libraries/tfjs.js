/** The Vision Transformer in TensorFlow.js. */
import { ADAM, CLASSES, LAYER_NORM_EPS, TOKENS, countValues, freshParameters, mapValues, randomBatch } from "./model.js";

/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Timed} Timed */

const PACKAGES = new URL("../node_modules/@tensorflow/", import.meta.url);
const BACKENDS = { cpu: "wasm", webgpu: "webgpu" };

/** @param {Task} task @returns {Promise<Timed>} */
export async function create({ model, device, mode, batch }) {
  await loadLibrary(BACKENDS[device]);
  const fresh = freshParameters(model);
  const parameters = mapValues(fresh, ({ shape, values }) => tf.variable(tf.tensor(values, shape)));
  const { patches, labels } = randomBatch(batch);
  const images = tf.tensor(patches.values, patches.shape);
  const targets = tf.oneHot(tf.tensor(labels, [batch], "int32"), CLASSES);
  const logits = () => forward(parameters, images, model);
  const adam = tf.train.adam(ADAM.learningRate, ADAM.beta1, ADAM.beta2, ADAM.eps);
  const loss = () => tf.losses.softmaxCrossEntropy(targets, logits());
  const work = mode === "train" ? () => adam.minimize(loss, true) : () => tf.tidy(() => tf.softmax(logits()));
  return { parameters: countValues(fresh), step: () => firstValue(work()) };
}

/** @param {string} backend */
async function loadLibrary(backend) {
  await loadScript("tfjs/dist/tf.min.js");
  await loadScript(`tfjs-backend-${backend}/dist/tf-backend-${backend}.min.js`);
  if (backend === "wasm") tf.wasm.setWasmPaths(new URL("tfjs-backend-wasm/dist/", PACKAGES).href);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
}

/** @param {string} path */
function loadScript(path) {
  const script = document.createElement("script");
  script.src = new URL(path, PACKAGES).href;
  return new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`cannot load ${script.src}: run \`npm ci\` in tests/bench`));
    document.head.append(script);
  });
}

/** @param {any} tensor */
async function firstValue(tensor) {
  const values = await tensor.data();
  tensor.dispose();
  return values[0];
}

/** @param {any} parameters @param {any} images [batch, PATCHES, PATCH_VALUES] @param {Task["model"]} model */
function forward(parameters, images, model) {
  const batch = images.shape[0];
  const classTokens = parameters.classToken.mul(tf.ones([batch, 1, 1]));
  let x = tf.concat([classTokens, linear(images, parameters.patch)], 1).add(parameters.positions);
  for (const block of parameters.blocks) {
    if (model.norm === "pre") {
      x = x.add(attention(layerNorm(x, block.norm1), block, model));
      x = x.add(mlp(layerNorm(x, block.norm2), block));
    } else {
      x = layerNorm(x.add(attention(x, block, model)), block.norm1);
      x = layerNorm(x.add(mlp(x, block)), block.norm2);
    }
  }
  const classToken = x.slice([0, 0, 0], [batch, 1, model.width]).reshape([batch, model.width]);
  return linear(layerNorm(classToken, parameters.headNorm), parameters.head);
}

/** @param {any} x [batch, TOKENS, width] @param {any} block @param {Task["model"]} model */
function attention(x, block, { width, heads }) {
  const batch = x.shape[0];
  const headWidth = width / heads;
  const packed = linear(x, block.queryKeyValue)
    .reshape([batch, TOKENS, 3 * heads, headWidth])
    .transpose([0, 2, 1, 3]);
  const [query, key, value] = tf.split(packed, 3, 1); // [batch, heads, TOKENS, headWidth]
  const scores = tf.matMul(query, key, false, true).mul(1 / Math.sqrt(headWidth));
  const mixed = tf.matMul(tf.softmax(scores), value);
  return linear(mixed.transpose([0, 2, 1, 3]).reshape([batch, TOKENS, width]), block.attentionOutput);
}

/** @param {any} x @param {any} block */
function mlp(x, block) {
  return linear(gelu(linear(x, block.linear1)), block.linear2);
}

/** With the exact normal distribution, as PyTorch's. @param {any} x */
function gelu(x) {
  return x.mul(0.5).mul(tf.erf(x.mul(Math.SQRT1_2)).add(1));
}

/** @param {any} x @param {{ weight: any, bias: any }} layer */
function linear(x, { weight, bias }) {
  const [inputs, outputs] = weight.shape;
  return tf.matMul(x.reshape([-1, inputs]), weight).add(bias).reshape([...x.shape.slice(0, -1), outputs]);
}

/** @param {any} x @param {{ gain: any, bias: any }} layer */
function layerNorm(x, { gain, bias }) {
  const centred = x.sub(x.mean(-1, true));
  const variance = centred.square().mean(-1, true);
  return centred.div(variance.add(LAYER_NORM_EPS).sqrt()).mul(gain).add(bias);
}
