//! The JavaScript API. The only module that knows wasm-bindgen: it converts, and computes nothing.

mod adapter;
mod classifier;
mod data;
mod error;
mod image;
mod iterator;
mod object;
mod pipelines;
mod report;
mod run;
mod settings;
mod trainer;
mod turn;

pub use adapter::probe_webgpu;
pub use classifier::Classifier;
pub use data::{DataSet, idx_info, rasterize};
pub use settings::{check_options, preset, schema};
pub use trainer::Trainer;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("api/types.d.ts");
