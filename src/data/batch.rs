//! Batches: pixels and labels as tensors. The only data module that knows burn.

use burn::tensor::{Device, Tensor, TensorData};

use crate::config::VitConfig;

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
