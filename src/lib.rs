//! vitpad: a Vision Transformer that reads handwritten digits, in the browser and natively.
//!
//! The way of a digit through the crate:
//!
//! 1. [`data`] turns a drawing or an MNIST file into pixels;
//! 2. [`model`] is the model, to be read: tensors in, logits out, shaped by a [`config`];
//!    [`model::parameters`] is the table of its parameters, [`files`] fills them from a safetensors
//!    file with PyTorch's names;
//! 3. [`engine`] computes it, on the CPU or on WebGPU;
//! 4. [`device`] says which devices there are, [`select`] which one is used, and why;
//! 5. [`classifier`] puts these together; [`train`] makes the weights.
//!
//! On wasm, the module `api` exports the whole to JavaScript. Only it knows wasm-bindgen, and the
//! model knows neither data nor training nor what computes it.

// Unit tests run natively: compiling them for wasm too, as wasm-pack asks, would take a minute for each file.
#![cfg(not(all(test, target_arch = "wasm32")))]

pub mod classifier;
pub mod config;
pub mod data;
pub mod device;
pub mod engine;
pub mod error;
pub mod files;
pub mod logits;
pub mod model;
pub mod random;
pub mod schema;
pub mod select;
pub mod train;

#[cfg(target_arch = "wasm32")]
pub mod api;

pub use classifier::Classifier;
pub use config::VitConfig;
pub use error::{Error, Result};
pub use model::VisionTransformer;
