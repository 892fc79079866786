/** The device to compute on: `auto` is WebGPU on a real graphics adapter, else the CPU. */
export type Device = "auto" | "webgpu" | "cpu" | "ndarray";

/** The named configurations of the model. There are weights for the first two. */
export type Preset = "default" | "reference" | "quick";

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
  /** The time that the model took. */
  milliseconds: number;
  /**
   * The 28 x 28 values in 0 to 1, row by row, that the model saw; one that takes images of another size sees
   * them resized. Ink is 1. Where such values were passed, it is that array, not a copy.
   */
  image: Float32Array;
}

export interface DeviceInfo {
  kind: "webgpu" | "cpu" | "ndarray";
  name: "WebGPU" | "CPU" | "ndarray";
  /** The graphics adapter, or the instructions that the CPU uses. */
  description: string;
  /** The reason why `auto` did not take WebGPU, or null. */
  fallback: { code: string; detail: string | null; reason: string } | null;
  /** Shaders that were compiled before their first use, and the time of that; null but on WebGPU. */
  compiled: { shaders: number; milliseconds: number } | null;
}

/** The graphics adapter that `probeWebGpu` found. */
export interface WebGpuReport {
  /** True where device `webgpu` can be loaded. */
  usable: boolean;
  /** True where a CPU emulates the adapter; `auto` then takes the CPU. */
  software: boolean;
  /** The adapter's name, empty if there is none. */
  description: string;
  /** The reason why `auto` would not take it: a stable name, the thing it names, and words for people; or null. */
  code: string | null;
  detail: string | null;
  reason: string | null;
}

/** Every error thrown here is an `Error` with a stable `code`. */
export interface VitpadError extends Error {
  name: "VitpadError";
  code: string;
  /** The values in the message, for messages in other languages; `kind` tells sentences of one code apart. */
  values: Record<string, unknown> | null;
  /** True where another device, or another build, may do what this one did not. */
  isDeviceFault: boolean;
}

/** The hyperparameters of a model. */
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

/** Random changes to training images; each amount is drawn from minus to plus it. */
export interface Augment {
  /** Degrees. */
  rotation: number;
  /** A share of the size, for each axis on its own. */
  scale: number;
  /** Horizontal shift per vertical pixel. */
  shear: number;
  /** Pixels, for each axis on its own. */
  shift: number;
  /** Pixels by which an elastic bend moves ink. */
  elastic: number;
  /** 0 to 1: how far lines get thicker or thinner. */
  thickness: number;
}

/** The hyperparameters of training. */
export interface Recipe {
  /** Images per step. */
  batch: number;
  /** Passes over the training images. */
  epochs: number;
  optimizer: "adam" | "adamw";
  /** The highest of the run. */
  learning_rate: number;
  schedule: "constant" | "cosine";
  /** Steps in which the learning rate rises from 0. */
  warmup: number;
  betas: [number, number];
  eps: number;
  weight_decay: number;
  /** Bound on the norm of all gradients together, or null for none. */
  clip_norm: number | null;
  /** Share of the target probability that is spread over all classes. */
  label_smoothing: number;
  /** Null trains on the images as they are. */
  augment: Augment | null;
  /** Of fresh weights, the order of images, augmentation and dropout. */
  seed: number;
}

/** All that can be set of a model and of its training. */
export interface Schema {
  /** Names, and what people call them. */
  presets: [Preset, string][];
  hyperparameters: Hyperparameter[];
  /** The augmentation to start from where a preset has none. */
  augment: Augment;
}

/** A hyperparameter: where it belongs, and which values it may have. */
export type Hyperparameter = {
  /** As in configurations and in messages: `width`, `betas[0]`, `augment.shear`. */
  name: string;
  label: string;
  /** Its unit, or a word on what it does; may be empty. */
  hint: string;
  /** `data`: decided by the data; `basic`: of the recipe, and what everybody chooses. */
  group: "data" | "config" | "basic" | "recipe" | "augment";
  optional: boolean;
  /** Values that a form offers, where others make little sense. */
  offered: number[];
} & (
  | { kind: "whole"; least: number; most: number }
  /** `above` and `below`: whether the limit itself is excluded. */
  | { kind: "number"; least: number; most: number | null; above: boolean; below: boolean }
  | { kind: "choice"; choices: [string, string][] }
);

export interface SyntheticOptions {
  /** Images per epoch, each epoch new ones. Default: 12,800. */
  images?: number;
  /** Default: 1. */
  seed?: number;
}

/** A pair of IDX files or two, each packed with gzip or not. */
export interface IdxFiles extends IdxPair {
  /** Without a test set a tenth of the images is held out as one. */
  testImages?: Uint8Array;
  testLabels?: Uint8Array;
  /** For people. Default: `IDX files`. */
  name?: string;
  /** At most so many training images. Default: all. */
  limit?: number;
  /** The source of the images, in a word of yours: checkpoints keep it. */
  origin?: string;
}

/** The header of an IDX file. */
export interface IdxInfo {
  kind: "images" | "labels";
  count: number;
  /** The length of the whole file, unpacked. */
  bytes: number;
}

/** A file of images and one of their labels. */
export interface IdxPair {
  images: Uint8Array;
  labels: Uint8Array;
}

export interface DataInfo {
  name: string;
  /** Images per epoch, the held-out ones not among them. */
  train: number;
  validation: number;
  test: number;
  rows: number;
  columns: number;
  /** As `fromIdx` was told. */
  origin?: string;
  /** The seed of synthetic digits. */
  seed?: number;
}

/** Some images. */
export interface Samples {
  /** Image after image, row by row; 0 is paper, 255 is ink. */
  pixels: Uint8Array;
  labels: Uint8Array;
}

/** All images of a pair of IDX files, and their size. */
export interface LabelledImages extends Samples {
  rows: number;
  columns: number;
}

export interface TrainOptions {
  data: DataSet;
  /** Default: `auto`. */
  device?: Device;
  /** The model and the recipe to start from. Default: `default`. */
  preset?: Preset;
  /** Changes to the preset's model. */
  config?: Partial<VitConfig>;
  /** Changes to the preset's recipe. */
  recipe?: Partial<Recipe>;
  /** A safetensors file to start from, instead of fresh weights; its configuration counts. */
  weights?: Uint8Array;
}

export interface ResumeOptions {
  /** Default: `auto`. */
  device?: Device;
  /** The run's data. May be left out for synthetic digits. */
  data?: DataSet;
}

/** The position of a run. */
export interface Position {
  /** Steps done, and all there will be. */
  step: number;
  steps: number;
  /** Epochs done, and all there will be. */
  epoch: number;
  epochs: number;
  stepsPerEpoch: number;
  /** Of the next step. */
  learningRate: number;
  done: boolean;
}

/** The results of some steps. */
export interface StepStats extends Position {
  /** One per step made: the mean loss of its batch before the update. */
  losses: Float32Array;
  /** One per step made: the share of its batch that was read right, 0 to 1. */
  accuracies: Float32Array;
  /** One per step made. */
  learningRates: Float32Array;
  /** Images trained on in these steps. */
  images: number;
  /** The time that these steps took. */
  milliseconds: number;
}

export interface EvaluateOptions {
  /** Default: `validation`. */
  set?: "validation" | "test";
  /** The number of worst mistakes to list. Default: 24. */
  mistakes?: number;
  signal?: AbortSignal;
}

/** An image that was misread. */
export interface Mistake {
  /** In the set. */
  index: number;
  label: number;
  /** The class that the model read. */
  digit: number;
  /** Given to `digit`. */
  probability: number;
  loss: number;
  /** Row by row; 0 is paper, 255 is ink. */
  pixels: Uint8Array;
}

export interface Evaluation {
  set: "validation" | "test";
  /** Steps done when it was made. */
  step: number;
  images: number;
  loss: number;
  /** 0 to 1. */
  accuracy: number;
  /** `[label][digit]` flattened: how many images of `label` were read as `digit`. */
  confusion: Uint32Array;
  /** The worst first: those with the highest loss. */
  mistakes: Mistake[];
}

/** An evaluation as the run's history keeps it. */
export interface EvaluationRecord {
  set: "validation" | "test";
  step: number;
  images: number;
  loss: number;
  accuracy: number;
  /** Empty where the set was evaluated again. */
  confusion: number[];
}

/** One value per step from the first on. */
export interface History {
  losses: Float32Array;
  accuracies: Float32Array;
  learningRates: Float32Array;
  evaluations: EvaluationRecord[];
}

/** A checkpoint without its weights and moments. */
export interface CheckpointInfo {
  config: VitConfig;
  recipe: Recipe;
  data: DataInfo;
  position: Position;
  history: History;
}

export interface Trainer {
  /** `for await (const stats of trainer)`: a step at a time, until the run is done. */
  [Symbol.asyncIterator](): AsyncIterableIterator<StepStats>;
}
