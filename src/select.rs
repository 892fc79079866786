//! Which device and engine to compute with: those asked for, if they compute what the CPU does.

mod shaders;

pub use shaders::{shaders_to_evaluate, shaders_to_infer, shaders_to_train};

use std::rc::Rc;

use burn::tensor::{Device, Transaction};

use crate::config::VitConfig;
use crate::data::augment::Change;
use crate::data::batch::{DEVIATION, MEAN, normalized, targets};
use crate::device::{self, Adapter, Fallback, Request, Selected};
use crate::engine::{self, Batch, Engine, Gradient, Input, Normalization, webgpu};
use crate::error::{Error, Result};
use crate::model::{Dropout, VisionTransformer};
use crate::train::EVALUATED;

/// How far a device's logits may be from the CPU's.
const LOGITS: f32 = 1e-3;
/// How far its gradient may be, relative to the gradient's largest value.
const GRADIENT: f32 = 1e-2;
/// Images of a test before training, at most.
const MOST_IMAGES: usize = 16;

/// What a device is for. It is tested with the kernels that it will use for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// One picture at a time.
    Inference,
    /// Batches of so many images, which the device may gather itself from a data set.
    Training { batch: usize, gathers: bool },
}

/// What computes a model from now on.
pub struct Chosen {
    pub selected: Selected,
    pub engine: Rc<dyn Engine>,
}

/// The device for a request and its engine, tested with a model that lies on the CPU.
///
/// `adapter` is what the browser says of its graphics adapter; it matters for [`Request::Auto`]
/// and [`Request::WebGpu`] only.
///
/// # Errors
/// [`Error::DeviceUnavailable`] if a device is asked for by name and can't be had.
/// [`Request::Auto`] falls back to the CPU instead.
pub async fn select(
    request: Request,
    adapter: Result<Adapter, Fallback>,
    purpose: Purpose,
    model: &VisionTransformer,
) -> Result<Chosen> {
    let cpu = Chosen::new(device::cpu(), &model.config, purpose);
    let other = match request {
        Request::Cpu => return Ok(cpu),
        Request::NdArray => device::ndarray(),
        Request::Auto | Request::WebGpu => {
            let has_shaders = engine::has_shaders(&model.config, purpose.largest_batch());
            match adapter {
                Ok(adapter) => open_tested(request, &adapter, has_shaders).await,
                Err(reason) => Err(reason),
            }
        }
    };
    let tested = match other {
        Ok(other) => {
            let other = Chosen::new(other, &model.config, purpose);
            test(model, &cpu, other, purpose).await
        }
        Err(reason) => Err(reason),
    };
    match tested {
        Ok(other) => Ok(other),
        Err(reason) if request == Request::Auto => Ok(cpu.instead_of_another(reason)),
        Err(reason) => Err(Error::DeviceUnavailable { reason }),
    }
}

impl Chosen {
    fn new(selected: Selected, config: &VitConfig, purpose: Purpose) -> Self {
        Self {
            engine: engine::engine(config, &selected.device, purpose.largest_batch()),
            selected,
        }
    }

    fn instead_of_another(mut self, reason: Fallback) -> Self {
        self.selected.fallback = Some(reason);
        self
    }
}

async fn open_tested(
    request: Request,
    adapter: &Adapter,
    has_shaders: bool,
) -> Result<Selected, Fallback> {
    adapter.check(request)?;
    adapter.check_model(has_shaders)?;
    open_webgpu(adapter).await
}

/// Opens WebGPU, and has its shaders made for the adapter. Computes nothing yet.
///
/// # Errors
/// Those of [`device::webgpu`].
pub async fn open_webgpu(adapter: &Adapter) -> Result<Selected, Fallback> {
    webgpu::adapt_to(adapter.is_software(), adapter.subgroup);
    device::webgpu(adapter).await
}

impl Purpose {
    /// Images of the largest batch that there will be.
    pub fn largest_batch(self) -> usize {
        match self {
            Self::Inference => 1,
            Self::Training { batch, .. } => batch.max(EVALUATED),
        }
    }
}

/// Gives `other` back if it computes what the CPU does.
async fn test(
    model: &VisionTransformer,
    cpu: &Chosen,
    other: Chosen,
    purpose: Purpose,
) -> Result<Chosen, Fallback> {
    let failed = |error: Error| Fallback::SelfTestFailed(error.to_string());
    let expected = compute(model, cpu, purpose).await.map_err(failed)?;
    let found = compute(model, &other, purpose).await.map_err(failed)?;
    compare(&expected, &found).map(|()| other)
}

/// What a device computes of a few pictures.
struct Computed {
    logits: Vec<f32>,
    /// Empty for inference.
    gradient: Vec<f32>,
}

fn compare(expected: &Computed, found: &Computed) -> Result<(), Fallback> {
    let logits = largest_difference(&expected.logits, &found.logits) / LOGITS;
    let largest = expected
        .gradient
        .iter()
        .fold(0.0f32, |max, x| max.max(x.abs()));
    let gradient = largest_difference(&expected.gradient, &found.gradient) / (largest * GRADIENT);
    // Not `off > 1`: NaN must fail too. Without a gradient it is 0 / 0.
    let is_close = logits <= 1.0 && (expected.gradient.is_empty() || gradient <= 1.0);
    if is_close {
        return Ok(());
    }
    let off = if logits <= 1.0 {
        format!("{} of the gradient", gradient * GRADIENT)
    } else {
        (logits * LOGITS).to_string()
    };
    Err(Fallback::SelfTestFailed(off))
}

async fn compute(model: &VisionTransformer, by: &Chosen, purpose: Purpose) -> Result<Computed> {
    let Chosen { selected, engine } = by;
    let device = &selected.device;
    let model = model.clone().to_device(device);
    let config = &model.config;
    let (logits, gradient) = match purpose {
        Purpose::Inference => {
            let pixels = normalized(&shares(&ramps(1, config)));
            let images = engine::images(pixels, config, device);
            (engine.logits(&model, images), None)
        }
        Purpose::Training { batch, gathers } => {
            let count = batch.min(MOST_IMAGES);
            let labels: Vec<u8> = (0..count).map(|at| (at % config.classes) as u8).collect();
            let targets = targets(&labels, config.classes, 0.0);
            let batch = Batch {
                targets: engine::targets(targets, config.classes, device),
                input: input(&**engine, &ramps(count, config), config, gathers, device),
                dropout: Dropout::NONE,
            };
            let Gradient {
                logits, parameters, ..
            } = engine.gradient(&model, batch);
            (logits, Some(parameters))
        }
    };
    let mut reading = Transaction::default().register(logits);
    if let Some(gradient) = gradient {
        reading = reading.register(gradient);
    }
    let found = reading.execute_async().await.map_err(Error::device_lost)?;
    let mut found = found.into_iter().map(|data| data.try_into_vec());
    let mut next = || found.next().transpose().map_err(Error::device_lost);
    Ok(Computed {
        logits: next()?.unwrap_or_default(),
        gradient: next()?.unwrap_or_default(),
    })
}

/// So many pictures, each another.
fn ramps(count: usize, config: &VitConfig) -> Vec<u8> {
    let ramp = |index: usize| (index % 29 * 9) as u8;
    (0..count * config.pixels()).map(ramp).collect()
}

fn shares(pixels: &[u8]) -> Vec<f32> {
    pixels
        .iter()
        .map(|&pixel| f32::from(pixel) / 255.0)
        .collect()
}

/// A batch, gathered by the device if it can and is to.
fn input(
    engine: &dyn Engine,
    pixels: &[u8],
    config: &VitConfig,
    gathers: bool,
    device: &Device,
) -> Input {
    let gathers = gathers && config.channels == 1;
    let stored = gathers.then(|| engine.store(pixels, config.image_size));
    match stored.flatten() {
        Some(stored) => {
            let all: Vec<u32> = (0..(pixels.len() / config.pixels()) as u32).collect();
            let changes = Change::default().numbers().repeat(all.len());
            let normalization = Normalization {
                mean: MEAN,
                deviation: DEVIATION,
            };
            stored.gather(&all, changes, normalization).into()
        }
        None => engine::images(normalized(&shares(pixels)), config, device).into(),
    }
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

    fn training(batch: usize) -> Purpose {
        Purpose::Training {
            batch,
            gathers: true,
        }
    }

    #[test]
    fn the_same_numbers_pass_and_others_do_not() {
        let config = VitConfig::reference();
        let model = |seed| config.init(seed, &device::cpu().device).unwrap();
        for purpose in [Purpose::Inference, training(3)] {
            let cpu = || Chosen::new(device::cpu(), &config, purpose);
            let compute = |seed| block_on(compute(&model(seed), &cpu(), purpose)).unwrap();
            let images = if purpose == Purpose::Inference { 1 } else { 3 };
            assert_eq!(compute(1).logits.len(), 10 * images);
            assert_eq!(compute(1).gradient.is_empty(), images == 1);
            assert_eq!(compare(&compute(1), &compute(1)), Ok(()));
            let refusal = compare(&compute(1), &compute(2)).unwrap_err();
            assert_eq!(refusal.code(), "self-test-failed");
            let mut broken = compute(1);
            broken.logits.fill(f32::NAN);
            assert!(compare(&compute(1), &broken).is_err());
            assert!(block_on(test(&model(1), &cpu(), cpu(), purpose)).is_ok());
        }
    }

    #[test]
    fn a_wrong_gradient_does_not_pass() {
        let config = VitConfig::quick();
        let model = config.init(1, &device::cpu().device).unwrap();
        let cpu = Chosen::new(device::cpu(), &config, training(3));
        let compute = || block_on(compute(&model, &cpu, training(3))).unwrap();
        for wrong in [f32::NAN, 1.0] {
            let mut found = compute();
            found.gradient[5] = wrong;
            let refusal = compare(&compute(), &found).unwrap_err();
            assert!(refusal.to_string().contains("of the gradient"), "{refusal}");
        }
    }

    #[test]
    fn not_a_number_is_the_largest_difference() {
        assert_eq!(largest_difference(&[1.0, 2.0], &[1.5, 2.0]), 0.5);
        assert!(largest_difference(&[1.0, f32::NAN, 2.0], &[1.0, 2.0, 2.0]).is_nan());
    }
}
