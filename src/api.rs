//! The JavaScript API. The only module that knows wasm-bindgen: it converts, and computes nothing.

mod adapter;
mod classifier;
mod crash;
mod data;
mod error;
mod idx;
mod image;
mod iterator;
mod object;
mod pipelines;
mod report;
mod run;
mod selection;
mod settings;
mod trainer;
mod turn;

pub use adapter::probe_webgpu;
pub use classifier::Classifier;
pub use data::{DataSet, rasterize};
pub use idx::{idx_info, read_idx, write_idx};
pub use settings::{check_options, preset, schema};
pub use trainer::Trainer;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
fn start() {
    crash::watch();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("api/types.d.ts");
