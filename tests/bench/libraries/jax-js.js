/** The Vision Transformer in jax-js. An array is consumed where it is used; `ref` keeps it for more. */
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { ADAM, CLASSES, LAYER_NORM_EPS, TOKENS, countValues, freshParameters, mapValues, randomBatch } from "./model.js";

/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Timed} Timed */
/** @typedef {(...arrays: any[]) => any} Arrays a function of arrays or of nested objects of them */

const DEVICES = { cpu: "wasm", webgpu: "webgpu" };

/** @param {Task} task @returns {Promise<Timed>} */
export async function create({ model, device, mode, batch }) {
  const devices = await init(DEVICES[device]);
  if (!devices.includes(DEVICES[device])) throw new Error(`jax-js has no device ${DEVICES[device]} here`);
  defaultDevice(DEVICES[device]);
  const fresh = freshParameters(model);
  const parameters = mapValues(fresh, ({ shape, values }) => np.array(values).reshape(shape));
  const { patches, labels } = randomBatch(batch);
  const images = np.array(patches.values).reshape(patches.shape);
  const targets = nn.oneHot(np.array([...labels], { dtype: np.int32 }), CLASSES);
  const step =
    mode === "train"
      ? trainer(parameters, images, targets, model)
      : reader(parameters, images, model);
  return { parameters: countValues(fresh), step };
}

/** @param {any} parameters @param {any} images @param {Task["model"]} model */
function reader(parameters, images, model) {
  /** @type {Arrays} */
  const probabilities = (p, x) => nn.softmax(forward(p, x, model), -1);
  const read = jit(probabilities);
  return async () => (await read(tree.ref(parameters), images.ref).data())[0];
}

/** @param {any} parameters @param {any} images @param {any} targets @param {Task["model"]} model */
function trainer(parameters, images, targets, model) {
  const batch = images.shape[0];
  /** @type {Arrays} */
  const lossOf = (p, x, y) =>
    nn.logSoftmax(forward(p, x, model), -1).mul(y).sum().mul(-1 / batch);
  /** @type {Arrays} */
  const step = (p, m, v, scale1, scale2, x, y) => {
    const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    return [loss, ...adam(p, m, v, gradients, scale1, scale2)];
  };
  const update = jit(step);
  const zeros = () => tree.map((/** @type {any} */ each) => np.zeros(each.shape), parameters);
  let [p, m, v, steps] = [parameters, zeros(), zeros(), 0];
  return async () => {
    steps += 1;
    const scales = [ADAM.beta1, ADAM.beta2].map((beta) => np.array(1 / (1 - beta ** steps)));
    let loss;
    [loss, p, m, v] = update(p, m, v, ...scales, images.ref, targets.ref);
    await blockUntilReady(p);
    return loss.jsAsync();
  };
}

/**
 * Adam's step for every parameter; the scales correct the moments' bias towards their start at 0.
 *
 * @type {Arrays}
 */
function adam(p, m, v, gradients, scale1, scale2) {
  const { learningRate, beta1, beta2, eps } = ADAM;
  /** @type {Arrays} */
  const first = (m, g) => m.mul(beta1).add(g.mul(1 - beta1));
  /** @type {Arrays} */
  const second = (v, g) => v.mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
  /** @type {Arrays} */
  const step = (p, m, v) => {
    const denominator = np.sqrt(v.mul(scale2.ref)).add(eps);
    return p.sub(m.mul(scale1.ref).mul(learningRate).div(denominator));
  };
  m = tree.map(first, m, tree.ref(gradients));
  v = tree.map(second, v, gradients);
  p = tree.map(step, p, tree.ref(m), tree.ref(v));
  scale1.dispose();
  scale2.dispose();
  return [p, m, v];
}

/** @param {any} parameters @param {any} images [batch, PATCHES, PATCH_VALUES] @param {Task["model"]} model */
function forward(parameters, images, model) {
  const batch = images.shape[0];
  const classTokens = parameters.classToken.mul(np.ones([batch, 1, 1]));
  let x = np.concatenate([classTokens, linear(images, parameters.patch)], 1).add(parameters.positions);
  for (const block of parameters.blocks) {
    if (model.norm === "pre") {
      x = x.ref.add(attention(layerNorm(x, block.norm1), block, model));
      x = x.ref.add(mlp(layerNorm(x, block.norm2), block));
    } else {
      x = layerNorm(x.ref.add(attention(x, block, model)), block.norm1);
      x = layerNorm(x.ref.add(mlp(x, block)), block.norm2);
    }
  }
  const classToken = x.slice([], 0); // [batch, width]
  return linear(layerNorm(classToken, parameters.headNorm), parameters.head);
}

/** @param {any} x [batch, TOKENS, width] @param {any} block @param {Task["model"]} model */
function attention(x, block, { width, heads }) {
  const batch = x.shape[0];
  const headWidth = width / heads;
  const packed = linear(x, block.queryKeyValue)
    .reshape([batch, TOKENS, 3, heads, headWidth])
    .transpose([2, 0, 3, 1, 4]);
  const [query, key, value] = [packed.ref.slice(0), packed.ref.slice(1), packed.slice(2)];
  const scores = np.matmul(query, key.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(headWidth));
  const mixed = np.matmul(nn.softmax(scores, -1), value); // [batch, heads, TOKENS, headWidth]
  return linear(mixed.transpose([0, 2, 1, 3]).reshape([batch, TOKENS, width]), block.attentionOutput);
}

/** @param {any} x @param {any} block */
function mlp(x, block) {
  // With the exact normal distribution, as PyTorch's.
  return linear(nn.gelu(linear(x, block.linear1), { approximate: false }), block.linear2);
}

/** @param {any} x @param {{ weight: any, bias: any }} layer */
function linear(x, { weight, bias }) {
  return np.dot(x, weight).add(bias);
}

/** @param {any} x @param {{ gain: any, bias: any }} layer */
function layerNorm(x, { gain, bias }) {
  const mean = np.mean(x.ref, -1, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(centred.ref.mul(centred.ref), -1, { keepdims: true });
  return centred.div(np.sqrt(variance.add(LAYER_NORM_EPS))).mul(gain).add(bias);
}
