/** The peers are only installed where benchmarks run, so the type check does without their types. */
declare module "@jax-js/jax";

/** TensorFlow.js, once its scripts are loaded. */
declare var tf: any;
