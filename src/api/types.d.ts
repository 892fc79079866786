/** What to compute on: `auto` is WebGPU on a real graphics adapter, else the CPU. */
export type Device = "auto" | "webgpu" | "cpu" | "ndarray";

/** The named configurations of the model. */
export type Preset = "default" | "reference";

export interface LoadOptions {
  /** Default: `auto`. */
  device?: Device;
  /** The bytes of a safetensors file. */
  weights: Uint8Array;
  /** The configuration, for files whose metadata holds none (PyTorch's, for example). */
  preset?: Preset;
}

/** One line drawn without lifting the pen. */
export interface Stroke {
  /** x0, y0, x1, y1, ... in any unit, y downwards. */
  points: Float32Array;
  /** The line's width in the same unit: one for the stroke, or one per point. */
  width: number | Float32Array;
}

export interface Prediction {
  /** The most probable digit, 0 to 9. */
  digit: number;
  /** One per digit, summing to 1. */
  probabilities: Float32Array;
  /** How long the model took. */
  milliseconds: number;
  /** The 28 x 28 values in 0 to 1, row by row, that the model saw. Ink is 1. */
  image: Float32Array;
}

export interface DeviceInfo {
  kind: "webgpu" | "cpu" | "ndarray";
  name: "WebGPU" | "CPU" | "ndarray";
  /** The graphics adapter, or how the CPU computes. */
  description: string;
  /** Why `auto` did not take WebGPU, or null. */
  fallback: { code: string; reason: string } | null;
}

/** What `probeWebGpu` found. */
export interface WebGpuReport {
  /** Whether device `webgpu` can be loaded. */
  usable: boolean;
  /** Whether a CPU emulates the adapter; `auto` then takes the CPU. */
  software: boolean;
  /** The adapter's name, empty if there is none. */
  description: string;
  /** Why `auto` would not take it: a stable name and words for people, or null. */
  code: string | null;
  reason: string | null;
}

/** Every error thrown here is an `Error` with a stable `code`. */
export interface VitpadError extends Error {
  name: "VitpadError";
  code: string;
}

/** The hyperparameters of the loaded model. */
export interface VitConfig {
  image_size: number;
  patch_size: number;
  channels: number;
  classes: number;
  width: number;
  heads: number;
  layers: number;
  hidden: number;
  dropout: number;
  activation: "gelu" | "relu";
  norm: "pre" | "post";
  layer_norm_eps: number;
  embedding_std: number;
}
