//! Batches: pixels and labels as tensors. The only data module that knows burn.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};

use super::augment::Change;
use super::idx::Images;
use crate::config::VitConfig;
use crate::device;
use crate::kernels::gpu::{self, Picked, Picture};

/// Mean of MNIST's training pixels, in 0 to 1.
pub const MEAN: f32 = 0.1307;
/// Standard deviation of MNIST's training pixels, in 0 to 1.
pub const DEVIATION: f32 = 0.3081;

/// Normalised images, `[batch, channels, image_size, image_size]`, from pixels in 0 to 1, row
/// by row and image after image.
///
/// # Panics
/// If `pixels` is not a whole number of images.
pub fn images(pixels: &[f32], config: &VitConfig, device: &Device) -> Tensor<4> {
    let normalized: Vec<f32> = pixels.iter().map(|x| (x - MEAN) / DEVIATION).collect();
    let shape = [
        pixels.len() / config.pixels(),
        config.channels,
        config.image_size,
        config.image_size,
    ];
    Tensor::from_data(TensorData::new(normalized, shape), device)
}

/// A data set's images on a device that picks and changes them itself.
#[derive(Clone)]
pub struct Stored {
    /// Four pixels to a number.
    pixels: Tensor<1, Int>,
    picture: Picture,
}

/// What a device's own picking would make of these images; none where it can't pick them.
pub fn picture(images: &Images) -> Option<Picture> {
    let side = images.rows;
    gpu::picks_from(images.count, side).then_some(Picture {
        side,
        mean: MEAN,
        deviation: DEVIATION,
    })
}

impl Stored {
    /// None where the device has no kernel for it, or no room.
    pub fn new(images: &Images, device: &Device) -> Option<Self> {
        let picture = picture(images).filter(|_| device::has_gpu_kernels(device))?;
        let words = images.pixels.chunks(4).map(|four| {
            let mut bytes = [0; 4];
            bytes[..four.len()].copy_from_slice(four);
            i32::from_le_bytes(bytes)
        });
        let words: Vec<i32> = words.collect();
        let count = words.len();
        let pixels = Tensor::from_data(TensorData::new(words, [count]), (device, DType::I32));
        Some(Self { pixels, picture })
    }

    /// As [`images`], of the picked images; without changes, or with one for each.
    pub fn pick(&self, picks: &[u32], changes: &[Change]) -> Picked {
        let none = Change::default();
        let numbers = (0..picks.len()).flat_map(|at| changes.get(at).unwrap_or(&none).numbers());
        Picked::new(self.pixels.clone(), picks, numbers.collect(), self.picture)
    }
}

/// Target distributions, `[batch, classes]`: one-hot labels, with `smoothing` of the
/// probability spread over all classes (Szegedy et al., 2016).
///
/// # Panics
/// If a label is not below `classes`.
pub fn targets(labels: &[u8], classes: usize, smoothing: f32, device: &Device) -> Tensor<2> {
    let mut values = vec![smoothing / classes as f32; labels.len() * classes];
    for (row, &label) in values.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] += 1.0 - smoothing;
    }
    Tensor::from_data(TensorData::new(values, [labels.len(), classes]), device)
}
