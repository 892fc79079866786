//! The JavaScript API. The only module that knows wasm-bindgen: it converts, and computes nothing.

mod adapter;
mod classifier;
mod error;
mod image;
mod object;

pub use adapter::probe_webgpu;
pub use classifier::Classifier;

use wasm_bindgen::prelude::*;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("api/types.d.ts");
