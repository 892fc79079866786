/** The Vision Transformer in onnxruntime-web, which only reads. */
import { CLASSES, LAYER_NORM_EPS, TOKENS, countValues, freshParameters, mapValues, randomBatch } from "./model.js";
import { Graph } from "./onnx.js";

/** @typedef {import("../types.js").Task} Task */
/** @typedef {import("../types.js").Timed} Timed */

const DIST = new URL("../node_modules/onnxruntime-web/dist/", import.meta.url);
const PROVIDERS = { cpu: "wasm", webgpu: "webgpu" };

/** @param {Task} task @returns {Promise<Timed>} */
export async function create({ model, device, batch }) {
  const provider = PROVIDERS[device];
  // The build for WebGPU is made to pause within WebAssembly, which would slow the CPU down.
  const ort = await import(new URL(`ort.${provider}.min.mjs`, DIST).href);
  ort.env.wasm.numThreads = 1;
  const fresh = freshParameters(model);
  const { patches } = randomBatch(batch);
  const session = await ort.InferenceSession.create(modelFile(fresh, patches.shape, model), {
    executionProviders: [provider],
    graphOptimizationLevel: "all",
  });
  const images = new ort.Tensor("float32", patches.values, patches.shape);
  const step = async () => {
    const [probabilities] = Object.values(await session.run({ images }));
    return probabilities.data[0];
  };
  return { parameters: countValues(fresh), step };
}

/**
 * @param {ReturnType<typeof freshParameters>} fresh
 * @param {number[]} shape of the images, [batch, PATCHES, PATCH_VALUES]
 * @param {Task["model"]} model
 */
function modelFile(fresh, shape, model) {
  const graph = new Graph();
  const parameters = mapValues(fresh, (values) => graph.floats(values));
  const logits = forward(graph, parameters, shape[0], model);
  const probabilities = graph.output("Softmax", [logits]);
  return graph.bytes({ name: "images", shape }, { name: probabilities, shape: [shape[0], CLASSES] });
}

/** @param {Graph} graph @param {any} parameters @param {number} batch @param {Task["model"]} model */
function forward(graph, parameters, batch, model) {
  const add = (/** @type {string[]} */ ...inputs) => graph.output("Add", inputs);
  const classTokens = graph.output("Expand", [parameters.classToken, graph.integers([3], [batch, 1, model.width])]);
  const patches = linear(graph, "images", parameters.patch);
  let x = add(graph.output("Concat", [classTokens, patches], { axis: 1 }), parameters.positions);
  for (const block of parameters.blocks) {
    if (model.norm === "pre") {
      x = add(x, attention(graph, layerNorm(graph, x, block.norm1), block, model));
      x = add(x, mlp(graph, layerNorm(graph, x, block.norm2), block));
    } else {
      x = layerNorm(graph, add(x, attention(graph, x, block, model)), block.norm1);
      x = layerNorm(graph, add(x, mlp(graph, x, block)), block.norm2);
    }
  }
  const classToken = graph.output("Gather", [x, graph.integers([], [0])], { axis: 1 }); // [batch, width]
  return linear(graph, layerNorm(graph, classToken, parameters.headNorm), parameters.head);
}

/** @param {Graph} graph @param {string} x @param {any} block @param {Task["model"]} model */
function attention(graph, x, block, { width, heads }) {
  const headWidth = width / heads;
  // A length of 0 stays as it is: the batch.
  const reshaped = (/** @type {string} */ x, /** @type {number[]} */ shape) =>
    graph.output("Reshape", [x, graph.integers([shape.length], shape)]);
  const transposed = (/** @type {string} */ x, /** @type {number[]} */ perm) => graph.output("Transpose", [x], { perm });
  const packed = reshaped(linear(graph, x, block.queryKeyValue), [0, TOKENS, 3 * heads, headWidth]);
  const split = { axis: 1, num_outputs: 3 };
  const [query, key, value] = graph.outputs("Split", [transposed(packed, [0, 2, 1, 3])], split, 3);
  const products = graph.output("MatMul", [query, transposed(key, [0, 1, 3, 2])]);
  const scale = graph.floats({ shape: [], values: Float32Array.of(1 / Math.sqrt(headWidth)) });
  const weights = graph.output("Softmax", [graph.output("Mul", [products, scale])]);
  const mixed = graph.output("MatMul", [weights, value]); // [batch, heads, TOKENS, headWidth]
  const joined = reshaped(transposed(mixed, [0, 2, 1, 3]), [0, TOKENS, width]);
  return linear(graph, joined, block.attentionOutput);
}

/** @param {Graph} graph @param {string} x @param {any} block */
function mlp(graph, x, block) {
  // With the exact normal distribution, as PyTorch's, unless told to approximate.
  return linear(graph, graph.output("Gelu", [linear(graph, x, block.linear1)]), block.linear2);
}

/** @param {Graph} graph @param {string} x @param {{ weight: string, bias: string }} layer */
function linear(graph, x, { weight, bias }) {
  return graph.output("Add", [graph.output("MatMul", [x, weight]), bias]);
}

/** @param {Graph} graph @param {string} x @param {{ gain: string, bias: string }} layer */
function layerNorm(graph, x, { gain, bias }) {
  return graph.output("LayerNormalization", [x, gain, bias], { epsilon: LAYER_NORM_EPS });
}
