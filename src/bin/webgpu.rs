//! The wasm file with the WebGPU backend, loaded where an adapter answers.

use vitpad as _;

fn main() {}
