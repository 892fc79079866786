//! vitpad: a Vision Transformer that reads handwritten digits, in the browser and natively.
//!
//! The way of a digit through the crate:
//!
//! 1. [`data`] turns a drawing or an MNIST file into pixels, and pixels into tensors;
//! 2. [`model`] is the model, to be read: tensors in, logits out, shaped by a [`config`]; [`vit`] is the
//!    same with kernels;
//! 3. [`model::parameters`] is the table of its parameters; [`weights`] fills them from a safetensors
//!    file with PyTorch's names;
//! 4. [`device`] says what it runs on, WebGPU or the CPU, and why; [`self_test`] tries it;
//! 5. [`classifier`] puts these together; [`train`] makes the weights.
//!
//! On wasm, the module `api` exports the whole to JavaScript. Only it knows wasm-bindgen, only
//! [`device`] knows backends, and the model knows neither data nor training.

pub mod classifier;
pub mod config;
pub mod data;
pub mod device;
pub mod error;
pub mod kernels;
pub mod model;
pub mod random;
pub mod self_test;
pub mod train;
pub mod vit;
pub mod weights;

#[cfg(target_arch = "wasm32")]
pub mod api;

pub use classifier::Classifier;
pub use config::VitConfig;
pub use error::{Error, Result};
pub use vit::Vit;
