//! The JavaScript API. The only module that knows wasm-bindgen: it converts, and computes nothing.

mod adapter;
mod classifier;
mod data;
mod error;
mod image;
mod iterator;
mod object;
mod report;
mod run;
mod settings;
mod trainer;
mod turn;

pub use adapter::probe_webgpu;
pub use classifier::Classifier;
pub use data::{DataSet, idx_info, rasterize};
pub use settings::{check_options, preset};
pub use trainer::Trainer;

use wasm_bindgen::prelude::*;

unsafe extern "C" {
    /// The linker's: runs what crates register to be run at start-up.
    fn __wasm_call_ctors();
}

#[wasm_bindgen(start)]
fn start() {
    // SAFETY: this is the start-up, and the only call. Were there none, the linker would put one
    // into every exported function: cubecl registers hundreds of constructors, and WebGPU calls
    // such functions thousands of times in a training step.
    unsafe { __wasm_call_ctors() };
    console_error_panic_hook::set_once();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("api/types.d.ts");
