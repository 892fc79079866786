/** The peers are only installed where benchmarks run, so the type check does without their types. */
declare module "@bufbuild/protobuf";
declare module "@jax-js/jax";
declare module "onnx-buf";

/** TensorFlow.js, once its scripts are loaded. */
declare var tf: any;
