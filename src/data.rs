//! Data on its way to the model: MNIST's files, drawings turned into pictures such as MNIST
//! holds, synthetic digits, and what a training run learns from. Bytes and strokes in, plain
//! numbers out; all but `batch` knows no tensors, and nothing here knows the model or the browser.

pub mod augment;
pub mod batch;
mod bend;
pub mod drawing;
pub mod idx;
pub mod synthetic;
pub mod training;

pub use drawing::{
    DrawingError, Picture, Stroke, Width, check_pixels, from_rgba, rasterize, resized,
};
pub use idx::{Dataset, IdxError, Images, parse_images, parse_labels};
pub use training::{DataError, Source, TrainingData};
