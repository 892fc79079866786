//! A model on a device that reads digits.

use web_time::Instant;

use crate::data::batch;
use crate::data::drawing::Picture;
use crate::device::{Adapter, Fallback, Request, Selected};
use crate::error::{Error, Result};
use crate::self_test::{Purpose, select};
use crate::train::argmax;
use crate::vit::{Model, Vit};

/// A model that is ready to read digits.
pub struct Classifier {
    pub model: Model,
    pub selected: Selected,
}

/// What the model reads in a picture.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// The class with the highest probability.
    pub digit: usize,
    /// One per class, summing to 1.
    pub probabilities: Vec<f32>,
    /// From the picture to the probabilities, the device's read-back included.
    pub milliseconds: f64,
}

impl Classifier {
    /// Puts a model, which lies on the CPU, on a device. `adapter` is as for [`select`].
    ///
    /// # Errors
    /// Those of [`select`].
    pub async fn open(
        request: Request,
        adapter: Result<Adapter, Fallback>,
        vit: Vit,
    ) -> Result<Self> {
        let selected = select(request, adapter, Purpose::Reading, &vit).await?;
        let model = Model::new(vit, &selected.device);
        Ok(Self { model, selected })
    }

    /// Reads one picture.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]
    pub async fn classify(&self, picture: &Picture) -> Result<Prediction> {
        let start = Instant::now();
        let probabilities = softmax(&self.logits(picture).await?);
        Ok(Prediction {
            digit: argmax(&probabilities),
            probabilities,
            milliseconds: start.elapsed().as_secs_f64() * 1e3,
        })
    }

    async fn logits(&self, pixels: &[f32]) -> Result<Vec<f32>> {
        let images = batch::images(pixels, self.model.config(), &self.selected.device);
        let data = self.model.forward(images).into_data_async().await;
        data.map_err(Error::device_lost)?
            .try_into_vec()
            .map_err(Error::device_lost)
    }
}

/// On the CPU: ten numbers are not worth a launch.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let weights: Vec<f32> = logits.iter().map(|x| (x - largest).exp()).collect();
    let sum: f32 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}
