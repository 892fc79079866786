//! What a device does with a model: logits of images, the gradient of a batch, and updates.
//!
//! [`model`](crate::model) says what is computed, and three engines compute it. They agree with each
//! other and with PyTorch: `tests/common` holds them to that.
//!
//! - [`Reference`]: `model.rs` itself, differentiated by burn. For every device and every shape.
//! - `cpu`: forward and backward over the flat buffer of parameters, a few images at a time.
//! - `webgpu`: the same in a few dozen shaders.
//!
//! Words that the engines share:
//!
//! - *flat buffer*: all parameters, their gradient or a moment of it, as [`Layout`] describes
//! - *residual stream*: `[images, tokens, width]`, what encoder blocks add to; *branch*: what they add
//! - *queries*: how many of an image's tokens a block computes; in the last block the class token alone
//! - *shard*: images that the CPU takes through the model together
//! - *tile*: rows or columns of a product that are computed together
//! - *lanes*: values that a processor computes at once; on a GPU, invocations that share a token
//! - *gather*: to pick images by their index from a data set that lies on the device

mod batch;
pub mod cpu;
mod reference;
mod update;
pub mod webgpu;

pub use batch::{Batch, Gather, Input, Normalization, StoredImages, images, targets};
pub use reference::Reference;
pub use update::{AdamState, AdamStep, Update};

use std::rc::Rc;

use burn::backend::DispatchDevice;
use burn::tensor::{Device, Tensor};

use crate::config::VitConfig;
use crate::model::{Layout, VisionTransformer};
use cpu::Cpu;

/// Computes a model on a device.
pub trait Engine {
    /// Classifies images.
    ///
    /// # Shapes
    /// - images, normalised: `[batch, channels, image_size, image_size]`
    /// - logits: `[batch, classes]`
    fn logits(&self, model: &VisionTransformer, images: Tensor<4>) -> Tensor<2>;

    /// The loss of a batch and the gradient of the model's parameters.
    fn gradient(&self, model: &VisionTransformer, batch: Batch) -> Gradient;

    /// Parameters and moments after a step of Adam. Tensors that nobody else holds change in place.
    fn update(&self, state: AdamState, gradient: Tensor<1>, update: &Update) -> AdamState;

    /// Puts a data set's images on the device, if it gathers batches from there itself. `pixels` are
    /// those of image after image, `side` squared each.
    fn store(&self, _pixels: &[u8], _side: usize) -> Option<StoredImages> {
        None
    }
}

/// The loss of a batch, and what it was computed with.
#[derive(Clone, Debug)]
pub struct Gradient {
    /// `[1]`, the mean cross-entropy in nats.
    pub loss: Tensor<1>,
    /// `[batch, classes]`
    pub logits: Tensor<2>,
    /// The flat buffer's.
    pub parameters: Tensor<1>,
}

/// The engine for a model on a device, with batches of at most so many images.
pub fn engine(config: &VitConfig, device: &Device, largest_batch: usize) -> Rc<dyn Engine> {
    let layout = Layout::of(config);
    match device.as_dispatch() {
        DispatchDevice::Flex(_) => Rc::new(Cpu::new(layout)),
        #[cfg(feature = "webgpu")]
        DispatchDevice::Cube(_) if has_shaders(config, largest_batch) => {
            Rc::new(webgpu::WebGpu::new(layout, device.clone()))
        }
        #[allow(unreachable_patterns, reason = "features add more")]
        _ => {
            let _ = largest_batch;
            Rc::new(Reference)
        }
    }
}

/// Whether WebGPU computes a model in shaders of our own, with batches of at most so many images.
pub fn has_shaders(config: &VitConfig, largest_batch: usize) -> bool {
    Layout::of(config).takes(largest_batch)
}
