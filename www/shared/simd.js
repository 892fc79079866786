/** The file of the CPU for this engine: engines differ in the instructions that they know. */

/** A module with a function that multiplies and adds in one instruction of relaxed SIMD. */
const MULTIPLY_ADD = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // wasm, version 1
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b], // a type: three v128 to one
  ...[0x03, 0x02, 0x01, 0x00], // a function of that type
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00], // its code, without locals
  ...[0x20, 0x00, 0x20, 0x01, 0x20, 0x02], // local.get, thrice
  ...[0xfd, 0x85, 0x02, 0x0b], // f32x4.relaxed_madd, end
);

/**
 * With relaxed SIMD the CPU's kernels are a fifth faster, and an engine that does not know it refuses
 * the whole file.
 *
 * @param {(bytes: Uint8Array<ArrayBuffer>) => boolean} [validate]
 * @returns {"cpu" | "cpu_relaxed"}
 */
export function cpuFile(validate = (bytes) => WebAssembly.validate(bytes)) {
  return validate(MULTIPLY_ADD) ? "cpu_relaxed" : "cpu";
}
