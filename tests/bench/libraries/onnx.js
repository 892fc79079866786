/** Writes ONNX models: there is no file to download whose weights are those that the peers draw. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
} from "onnx-buf";

/** @typedef {import("./model.js").Values} Values */
/** @typedef {{ name: string, shape: number[] }} Port what goes in or comes out: 32-bit floats */

/** The first with GELU as one operator, and the version of the format that came with it. */
const OPERATORS = 20n;
const FORMAT = 9n;

/** A graph in the making. Its values are known by their names. */
export class Graph {
  /** @type {object[]} */
  #nodes = [];
  /** @type {object[]} */
  #constants = [];

  /**
   * Adds an operator.
   *
   * @param {string} operator
   * @param {string[]} inputs
   * @param {Record<string, number | number[]>} [attributes]
   * @param {number} [count] how many values it puts out
   * @returns {string[]} their names
   */
  outputs(operator, inputs, attributes = {}, count = 1) {
    const name = `${operator}${this.#nodes.length}`;
    const outputs = Array.from({ length: count }, (_, output) => `${name}.${output}`);
    this.#nodes.push({
      name,
      opType: operator,
      input: inputs,
      output: outputs,
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
    return outputs;
  }

  /**
   * Adds an operator that puts out one value.
   *
   * @param {string} operator
   * @param {string[]} inputs
   * @param {Record<string, number | number[]>} [attributes]
   */
  output(operator, inputs, attributes) {
    return this.outputs(operator, inputs, attributes)[0];
  }

  /** @param {Values} values */
  floats({ shape, values }) {
    return this.#constant(shape, { dataType: DataType.FLOAT, rawData: new Uint8Array(values.buffer) });
  }

  /** Indices and shapes: operators take them as values. @param {number[]} shape @param {number[]} values */
  integers(shape, values) {
    return this.#constant(shape, { dataType: DataType.INT64, int64Data: values.map(BigInt) });
  }

  /** The file. @param {Port} input @param {Port} output */
  bytes(input, output) {
    const graph = {
      name: "graph",
      node: this.#nodes,
      initializer: this.#constants,
      input: [port(input)],
      output: [port(output)],
    };
    const model = { irVersion: FORMAT, opsetImport: [{ domain: "", version: OPERATORS }], graph };
    return toBinary(ModelProtoSchema, create(ModelProtoSchema, model));
  }

  /** @param {number[]} shape @param {object} contents */
  #constant(shape, contents) {
    const name = `constant${this.#constants.length}`;
    this.#constants.push({ name, dims: shape.map(BigInt), ...contents });
    return name;
  }
}

/**
 * An attribute. Whole numbers are integers: the operators here have no float that could be whole.
 *
 * @param {string} name
 * @param {number | number[]} value
 */
function attribute(name, value) {
  if (Array.isArray(value)) return { name, type: AttributeType.INTS, ints: value.map(BigInt) };
  if (Number.isInteger(value)) return { name, type: AttributeType.INT, i: BigInt(value) };
  return { name, type: AttributeType.FLOAT, f: value };
}

/** @param {Port} port */
function port({ name, shape }) {
  const dim = shape.map((length) => ({ value: { case: "dimValue", value: BigInt(length) } }));
  const value = { elemType: DataType.FLOAT, shape: { dim } };
  return { name, type: { value: { case: "tensorType", value } } };
}
