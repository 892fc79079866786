//! What a model's kernels take: images, or where to find them.

use burn::tensor::{DType, Int, Tensor, TensorData};

use super::Picture;

/// Images that the device picks from those it keeps, changes and normalises.
#[derive(Clone, Debug)]
#[allow(dead_code, reason = "builds without WebGPU never pick")]
pub struct Picked {
    /// Of image after image, 0 to 255, four to a number.
    pub(super) pixels: Tensor<1, Int>,
    pub(super) picks: Tensor<1, Int>,
    /// 64 numbers for each picked image, as `pick.wgsl` describes.
    pub(super) changes: Tensor<1>,
    pub(super) picture: Picture,
}

impl Picked {
    /// # Shapes
    /// - pixels: of image after image, 0 to 255, four to a number
    /// - changes: 64 numbers for each picked image, as `pick.wgsl` describes
    pub fn new(pixels: Tensor<1, Int>, picks: &[u32], changes: Vec<f32>, picture: Picture) -> Self {
        let device = pixels.device();
        let words: Vec<i32> = picks.iter().map(|&pick| pick as i32).collect();
        let picks = TensorData::new(words, [picks.len()]);
        let count = changes.len();
        Self {
            pixels,
            picks: Tensor::from_data(picks, (&device, DType::I32)),
            changes: Tensor::from_data(TensorData::new(changes, [count]), &device),
            picture,
        }
    }
}

/// A model's input.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one for a whole batch")]
pub enum Input {
    /// Normalised, `[batch, channels, image_size, image_size]`.
    Images(Tensor<4>),
    Picked(Picked),
}

impl Input {
    /// Images of the batch.
    pub fn batch(&self) -> usize {
        match self {
            Self::Images(images) => images.dims()[0],
            Self::Picked(picked) => picked.picks.dims()[0],
        }
    }

    /// Normalised, `[batch, channels, image_size, image_size]`.
    pub fn images(self) -> Tensor<4> {
        match self {
            Self::Images(images) => images,
            Self::Picked(picked) => super::pick(picked),
        }
    }
}

impl From<Picked> for Input {
    fn from(picked: Picked) -> Self {
        Self::Picked(picked)
    }
}

impl From<Tensor<4>> for Input {
    fn from(images: Tensor<4>) -> Self {
        Self::Images(images)
    }
}
