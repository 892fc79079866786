#![doc = include_str!("engine/README.md")]

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

    /// The number of a batch's images whose activations are in memory at once.
    fn images_at_once(&self, batch: usize) -> usize {
        batch
    }

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
