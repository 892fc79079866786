//! How well a model does on a data set.

use burn::tensor::Device;

use crate::data::batch;
use crate::data::idx::Dataset;
use crate::error::{Error, Result};
use crate::vit::Vit;

/// Images per forward pass.
const BATCH: usize = 256;

/// The share of images, 0 to 1, whose digit the model reads.
///
/// # Errors
/// [`Error::DeviceLost`]; [`Error::Argument`] if the images are of another size than the model's.
pub async fn accuracy(model: &Vit, data: &Dataset, device: &Device) -> Result<f64> {
    let pixels = data.images.rows * data.images.columns;
    if pixels != model.config.pixels() {
        return Err(Error::Argument {
            argument: "images",
            found: format!("{} x {} pixels", data.images.rows, data.images.columns),
            expected: "the model's image size",
        });
    }
    let mut right = 0;
    let chunks = data
        .images
        .pixels
        .chunks(BATCH * pixels)
        .zip(data.labels.chunks(BATCH));
    for (images, labels) in chunks {
        let values: Vec<f32> = images.iter().map(|&x| f32::from(x) / 255.0).collect();
        let logits = model.forward(batch::images(&values, &model.config, device));
        let data = logits.into_data_async().await.map_err(Error::device_lost)?;
        let logits: Vec<f32> = data.try_into_vec().map_err(Error::device_lost)?;
        let rows = logits.chunks_exact(model.config.classes);
        right += rows
            .zip(labels)
            .filter(|(row, label)| argmax(row) == usize::from(**label))
            .count();
    }
    Ok(right as f64 / data.labels.len() as f64)
}

/// The index of the largest value; the first of equals.
///
/// # Panics
/// If there is no value.
pub fn argmax(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}
