//! The JavaScript API. The only module that knows wasm-bindgen: it converts, and computes nothing.

mod adapter;
mod classifier;
mod crash;
mod data;
mod error;
mod event_loop;
mod freed;
mod idx;
mod image;
mod iterator;
mod object;
#[cfg(feature = "webgpu")]
mod pipelines;
#[cfg(not(feature = "webgpu"))]
#[path = "api/no_pipelines.rs"]
mod pipelines;
mod report;
mod run;
mod selection;
mod settings;
mod trainer;

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
