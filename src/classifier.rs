//! A model on a device that reads digits.

use burn::tensor::Device;
use web_time::Instant;

use crate::config::VitConfig;
use crate::data::batch;
use crate::data::drawing::Picture;
use crate::device::{self, Adapter, Fallback, Request, Selected};
use crate::error::{Error, Result};
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

/// How far a device's logits may be from the CPU's in the self-test.
const SELF_TEST_TOLERANCE: f32 = 1e-3;

impl Classifier {
    /// Reads the weights and puts the model on a device.
    ///
    /// `adapter` is what the browser says of its graphics adapter; it matters for
    /// [`Request::Auto`] and [`Request::WebGpu`] only. `fallback` is the configuration for files
    /// that hold none.
    ///
    /// # Errors
    /// Those of [`Vit::from_safetensors`]; [`Error::DeviceUnavailable`] if a device is asked for
    /// by name and can't be had. [`Request::Auto`] falls back to the CPU instead.
    pub async fn load(
        request: Request,
        adapter: Result<Adapter, Fallback>,
        weights: &[u8],
        fallback: Option<&VitConfig>,
    ) -> Result<Self> {
        Self::open(request, adapter, |device| {
            Vit::from_safetensors(weights, fallback, device)
        })
        .await
    }

    /// [`Classifier::load`] with a model from elsewhere, the same on every device.
    ///
    /// # Errors
    /// Those of `model`; [`Error::DeviceUnavailable`].
    pub async fn open(
        request: Request,
        adapter: Result<Adapter, Fallback>,
        model: impl Fn(&Device) -> Result<Vit>,
    ) -> Result<Self> {
        let on = |selected: Selected| -> Result<Self> {
            let model = Model::new(model(&device::cpu().device)?, &selected.device);
            Ok(Self { model, selected })
        };
        let mut on_cpu = on(device::cpu())?;
        let other = match request {
            Request::Cpu => return Ok(on_cpu),
            Request::NdArray => device::ndarray(),
            Request::Auto | Request::WebGpu => open_webgpu(request, adapter).await,
        };
        let tested = match other {
            Ok(selected) => on_cpu.agrees_with(on(selected)?).await,
            Err(reason) => Err(reason),
        };
        match tested {
            Ok(classifier) => Ok(classifier),
            Err(reason) if request == Request::Auto => {
                on_cpu.selected.fallback = Some(reason);
                Ok(on_cpu)
            }
            Err(reason) => Err(Error::DeviceUnavailable { reason }),
        }
    }

    /// The self-test: gives `other` back if its logits for one picture are this model's.
    async fn agrees_with(&self, other: Self) -> Result<Self, Fallback> {
        let failed = |what: String| Fallback::SelfTestFailed(what);
        let ramp = |index: usize| (index % 29) as f32 / 28.0;
        let picture: Vec<f32> = (0..self.model.config().pixels()).map(ramp).collect();
        let expected = self
            .logits(&picture)
            .await
            .map_err(|e| failed(e.to_string()))?;
        let found = other
            .logits(&picture)
            .await
            .map_err(|e| failed(e.to_string()))?;
        let off = largest_difference(&expected, &found);
        // Not `off > tolerance`: NaN must fail too.
        if off <= SELF_TEST_TOLERANCE {
            Ok(other)
        } else {
            Err(failed(off.to_string()))
        }
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

async fn open_webgpu(
    request: Request,
    adapter: Result<Adapter, Fallback>,
) -> Result<Selected, Fallback> {
    let adapter = adapter?;
    adapter.check(request)?;
    device::webgpu(&adapter).await
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    // `total_cmp` ranks NaN highest.
    differences.max_by(f32::total_cmp).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pollster::block_on;

    fn classifier(seed: u64) -> Classifier {
        let selected = device::cpu();
        let model = VitConfig::reference().init(seed, &selected.device);
        Classifier {
            model: Model::new(model.expect("a valid preset"), &selected.device),
            selected,
        }
    }

    #[test]
    fn self_test_passes_the_same_logits_and_refuses_others() {
        let trusted = classifier(1);
        assert!(block_on(trusted.agrees_with(classifier(1))).is_ok());
        let refusal = block_on(trusted.agrees_with(classifier(2))).err();
        assert_eq!(
            refusal.map(|reason| reason.code()),
            Some("self-test-failed")
        );
    }

    #[test]
    fn not_a_number_is_the_largest_difference() {
        assert_eq!(largest_difference(&[1.0, 2.0], &[1.5, 2.0]), 0.5);
        assert!(largest_difference(&[1.0, f32::NAN, 2.0], &[1.0, 2.0, 2.0]).is_nan());
    }
}
