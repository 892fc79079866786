//! A model on a device that reads digits.

use std::rc::Rc;

use web_time::Instant;

use crate::config::VitConfig;
use crate::data::batch::normalized;
use crate::data::drawing::{Picture, SIDE, resized};
use crate::device::{Adapter, Fallback, Request, Selected};
use crate::engine::{self, Engine};
use crate::error::{Error, Expected, Result, require};
use crate::files::check_finite;
use crate::logits::{argmax, softmax};
use crate::model::VisionTransformer;
use crate::select::{Chosen, Purpose, select};

/// A model that is ready to read digits.
pub struct Classifier {
    pub model: VisionTransformer,
    pub engine: Rc<dyn Engine>,
    pub selected: Selected,
}

/// The model's prediction for a picture.
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
    /// Those of [`select`]; [`Error::Config`] if the model takes images in colour.
    pub async fn open(
        request: Request,
        adapter: Result<Adapter, Fallback>,
        model: VisionTransformer,
    ) -> Result<Self> {
        check_grey(&model.config)?;
        let Chosen { selected, engine } =
            select(request, adapter, Purpose::Inference, &model).await?;
        Ok(Self {
            model: model.to_device(&selected.device),
            engine,
            selected,
        })
    }

    /// Reads one picture, resized where the model takes images of another size.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::TensorValue`] if weights are so large that logits overflow;
    /// [`Error::Config`] as [`Classifier::open`].
    pub async fn classify(&self, picture: &Picture) -> Result<Prediction> {
        check_grey(&self.model.config)?;
        let start = Instant::now();
        let side = self.model.config.image_size;
        let logits = match side {
            SIDE => self.logits(picture).await?,
            _ => self.logits(&resized(picture, side)).await?,
        };
        let probabilities = softmax(&logits);
        Ok(Prediction {
            digit: argmax(&probabilities),
            probabilities,
            milliseconds: start.elapsed().as_secs_f64() * 1e3,
        })
    }

    async fn logits(&self, pixels: &[f32]) -> Result<Vec<f32>> {
        let device = &self.selected.device;
        let config = &self.model.config;
        let images = engine::images(normalized(pixels), config, device);
        let logits = self.engine.logits(&self.model, images);
        let data = logits.into_data_async().await;
        let logits = data.map_err(Error::device_lost)?.try_into_vec();
        let logits: Vec<f32> = logits.map_err(Error::device_lost)?;
        check_finite("logits", &logits)?;
        Ok(logits)
    }
}

/// Refuses models of other images than grey ones.
fn check_grey(config: &VitConfig) -> Result<()> {
    require(
        config.channels == 1,
        "channels",
        config.channels,
        Expected::Grey,
    )
}
