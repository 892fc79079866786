/** What is timed: one model at one batch size, training or reading. */
export interface Task {
  model: Model;
  device: "cpu" | "webgpu";
  mode: "train" | "infer";
  /** Images per step. */
  batch: number;
}

/** A Vision Transformer for 28 x 28 images in 4 x 4 patches. */
export interface Model {
  width: number;
  heads: number;
  layers: number;
  hidden: number;
  norm: "pre" | "post";
}

/** What every module of libraries/ makes of a task with its `create`. */
export interface Timed {
  /** Parameters of the model. */
  parameters: number;
  /** Trains on one batch, or reads one; resolves once the loss (or a probability) is here. */
  step(): Promise<number>;
}

/** One library's times for one task. */
export interface Result {
  preset: string;
  device: Task["device"];
  mode: Task["mode"];
  batch: number;
  library: string;
  /** How many times were taken after the warm-up. */
  steps: number;
  /** The median of a step, or null where it failed. */
  milliseconds: number | null;
  imagesPerSecond: number | null;
  /** How many times as long as vitpad's step; null where either is absent. */
  ratio: number | null;
  /** Multiply-adds per second, over the most there can be; null where that was not measured. */
  fractionOfLimit: number | null;
  /** From the start of loading to the end of the first step, shaders compiled. */
  firstMilliseconds: number | null;
  /** From WebGPU's first adapter to there; on WebGPU only. */
  sinceAdapterMilliseconds: number | null;
  /** On WebGPU only. */
  gpu: GpuWork | null;
  error: string | null;
}

/** What a step asks of WebGPU, and how many pipelines there are after all steps. */
export interface GpuWork {
  dispatches: number;
  submits: number;
  pipelines: number;
  /** How long any were being compiled while the page could do other things. */
  compileMilliseconds: number;
}

/** What `cargo xtask bench` measured without a browser, in one thread. */
export interface Native {
  /** Fused multiply-adds per second with this processor's widest vectors. */
  limit: number;
  cells: NativeCell[];
  /** Its version, or what is missing. */
  pytorch: { version: string } | { missing: string };
}

export interface NativeCell {
  preset: string;
  mode: Task["mode"];
  batch: number;
  library: "vitpad" | "burn-flex" | "pytorch";
  milliseconds: number;
}
