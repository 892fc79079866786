//! The batches that an engine computes gradients of.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use crate::config::VitConfig;
use crate::model::Dropout;

/// A batch on a device.
#[derive(Clone, Debug)]
pub struct Batch {
    pub input: Input,
    /// `[batch, classes]`, target distributions.
    pub targets: Tensor<2>,
    pub dropout: Dropout,
}

/// Images, or where the device finds them.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a whole batch")]
pub enum Input {
    /// Normalised, `[batch, channels, image_size, image_size]`.
    Images(Tensor<4>),
    /// For the engine whose [`StoredImages`] they come from.
    Gather(Gather),
}

impl Input {
    /// Images of the batch.
    pub fn batch(&self) -> usize {
        match self {
            Self::Images(images) => images.dims()[0],
            Self::Gather(gather) => gather.indices.dims()[0],
        }
    }

    /// Images for an engine that stores none.
    pub(super) fn images(self) -> Tensor<4> {
        match self {
            Self::Images(images) => images,
            Self::Gather(_) => unreachable!("this engine stores no images"),
        }
    }
}

/// Normalised images, `[batch, channels, image_size, image_size]`, from values of image after image.
///
/// # Panics
/// If that is not a whole number of images.
pub fn images(values: Vec<f32>, config: &VitConfig, device: &Device) -> Tensor<4> {
    let shape = [
        values.len() / config.pixels(),
        config.channels,
        config.image_size,
        config.image_size,
    ];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Target distributions, `[batch, classes]`, row by row.
pub fn targets(values: Vec<f32>, classes: usize, device: &Device) -> Tensor<2> {
    let shape = [values.len() / classes, classes];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The step that turns pixels into a model's input: (pixel / 255 - mean) / deviation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalization {
    pub mean: f32,
    pub deviation: f32,
}

/// A data set's images on a device that gathers batches from them itself.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "builds without WebGPU store none")]
pub struct StoredImages {
    /// Pixels of image after image, 0 to 255, four to a number.
    pub(super) pixels: Tensor<1, Int>,
    /// Pixels from one edge of an image to the other.
    pub(super) side: usize,
}

/// Images that the device is to gather, change and normalise.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "builds without WebGPU never gather")]
pub struct Gather {
    pub(super) images: StoredImages,
    pub(super) indices: Tensor<1, Int>,
    pub(super) changes: Tensor<1>,
    pub(super) normalization: Normalization,
}

impl StoredImages {
    /// Images by their indices, each changed by 64 numbers of `changes`, as `gather.wgsl` describes
    /// them.
    pub fn gather(
        &self,
        indices: &[u32],
        changes: Vec<f32>,
        normalization: Normalization,
    ) -> Gather {
        let device = self.pixels.device();
        let words: Vec<i32> = indices.iter().map(|&index| index as i32).collect();
        let indices = TensorData::new(words, [indices.len()]);
        let count = changes.len();
        Gather {
            images: self.clone(),
            indices: Tensor::from_data(indices, (&device, DType::I32)),
            changes: Tensor::from_data(TensorData::new(changes, [count]), &device),
            normalization,
        }
    }
}

impl From<Tensor<4>> for Input {
    fn from(images: Tensor<4>) -> Self {
        Self::Images(images)
    }
}

impl From<Gather> for Input {
    fn from(gather: Gather) -> Self {
        Self::Gather(gather)
    }
}
