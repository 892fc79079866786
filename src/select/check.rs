//! Whether a device computes what the CPU does.

use burn::tensor::{Device, Tensor, Transaction};

use super::{Chosen, Purpose};
use crate::config::VitConfig;
use crate::data::augment::Change;
use crate::data::batch::{DEVIATION, MEAN, normalized, targets};
use crate::device::{self, Fallback};
use crate::engine::{self, AdamState, Batch, Engine, Gradient, Input, Normalization, Update};
use crate::error::{Error, Result};
use crate::model::{Dropout, VisionTransformer};
use crate::train::Recipe;

/// The distance that a device's logits and loss may have from the CPU's.
const LOGITS: f32 = 1e-3;
/// The distance that its gradient may have, relative to the gradient's largest value.
const GRADIENT: f32 = 1e-2;
/// The distance that parameters may have after an update by the same gradient, relative to its step.
const UPDATE: f32 = 1e-2;
/// Images of a test before training, at most.
const MOST_IMAGES: usize = 16;
/// The learning rate of the update that is compared.
const RATE: f64 = 1e-3;

/// Compares a device in use with the CPU, by a model that lies on the CPU.
///
/// # Errors
/// [`Fallback::SelfTestFailed`]
pub async fn check(
    model: &VisionTransformer,
    by: &Chosen,
    purpose: Purpose,
) -> Result<(), Fallback> {
    let cpu = Chosen::new(device::cpu(), &model.config, purpose);
    compare_with(&cpu, model, by, purpose).await
}

pub(super) async fn compare_with(
    cpu: &Chosen,
    model: &VisionTransformer,
    other: &Chosen,
    purpose: Purpose,
) -> Result<(), Fallback> {
    let failed = |error: Error| Fallback::SelfTestFailed(error.to_string());
    let expected = compute(model, cpu, purpose).await.map_err(failed)?;
    let found = compute(model, other, purpose).await.map_err(failed)?;
    compare(&expected, &found)?;
    let Purpose::Training { clips, .. } = purpose else {
        return Ok(());
    };
    // Both by the CPU's gradient: Adam's first step is the gradient's sign, and so not comparable.
    let after = async |by| update(model, by, &expected.gradient, clips).await;
    let updated = after(cpu).await.map_err(failed)?;
    let found = after(other).await.map_err(failed)?;
    let off = largest_difference(&updated, &found) / RATE as f32;
    // Not `off > UPDATE`: NaN must fail too.
    if off <= UPDATE {
        return Ok(());
    }
    Err(Fallback::SelfTestFailed(format!("{off} of an update")))
}

/// The parameters after a step of Adam.
async fn update(
    model: &VisionTransformer,
    by: &Chosen,
    gradient: &[f32],
    clips: bool,
) -> Result<Vec<f32>> {
    let device = &by.selected.device;
    let state = AdamState::new(model.clone().to_device(device).parameters);
    let step = Recipe::published().adam_step(1, RATE);
    let update = Update::new(step, clips.then_some(1.0), device);
    let gradient = Tensor::from_floats(gradient, device);
    let parameters = by.engine.update(state, gradient, &update).parameters;
    let data = parameters.into_data_async().await;
    data.map_err(Error::device_lost)?
        .try_into_vec()
        .map_err(Error::device_lost)
}

/// The numbers that a device computes of a few pictures.
struct Computed {
    /// For training, and the loss.
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
        Purpose::Training { batch, gathers, .. } => {
            let count = batch.min(MOST_IMAGES);
            let labels: Vec<u8> = (0..count).map(|at| (at % config.classes) as u8).collect();
            let targets = targets(&labels, config.classes, 0.0);
            let batch = Batch {
                targets: engine::targets(targets, config.classes, device),
                input: input(&**engine, &ramps(count, config), config, gathers, device),
                dropout: Dropout::NONE,
            };
            let Gradient {
                loss,
                logits,
                parameters,
            } = engine.gradient(&model, batch);
            (logits, Some([parameters, loss]))
        }
    };
    let mut reading = Transaction::default().register(logits);
    for tensor in gradient.into_iter().flatten() {
        reading = reading.register(tensor);
    }
    let found = reading.execute_async().await.map_err(Error::device_lost)?;
    let mut found = found.into_iter().map(|data| data.try_into_vec());
    let mut next = || found.next().transpose().map_err(Error::device_lost);
    let [mut logits, gradient, loss]: [Vec<f32>; 3] =
        [next()?, next()?, next()?].map(Option::unwrap_or_default);
    logits.extend(loss);
    Ok(Computed { logits, gradient })
}

/// As many pictures, each another.
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
    use std::rc::Rc;

    fn training(batch: usize) -> Purpose {
        Purpose::Training {
            batch,
            gathers: true,
            clips: true,
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
            let loss = usize::from(purpose != Purpose::Inference);
            assert_eq!(compute(1).logits.len(), 10 * images + loss);
            assert_eq!(compute(1).gradient.is_empty(), images == 1);
            assert_eq!(compare(&compute(1), &compute(1)), Ok(()));
            let refusal = compare(&compute(1), &compute(2)).unwrap_err();
            assert_eq!(refusal.code(), "self-test-failed");
            let mut broken = compute(1);
            broken.logits.fill(f32::NAN);
            assert!(compare(&compute(1), &broken).is_err());
            assert_eq!(block_on(check(&model(1), &cpu(), purpose)), Ok(()));
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

    /// An engine of the CPU with an update that goes too far.
    struct Hasty(Rc<dyn Engine>);

    impl Engine for Hasty {
        fn logits(&self, model: &VisionTransformer, images: Tensor<4>) -> Tensor<2> {
            self.0.logits(model, images)
        }

        fn gradient(&self, model: &VisionTransformer, batch: Batch) -> Gradient {
            self.0.gradient(model, batch)
        }

        fn update(&self, state: AdamState, gradient: Tensor<1>, update: &Update) -> AdamState {
            let mut update = update.clone();
            update.step.rate *= 1.1;
            self.0.update(state, gradient, &update)
        }
    }

    #[test]
    fn a_wrong_update_does_not_pass() {
        let config = VitConfig::quick();
        let model = config.init(1, &device::cpu().device).unwrap();
        let mut hasty = Chosen::new(device::cpu(), &config, training(3));
        hasty.engine = Rc::new(Hasty(hasty.engine));
        let refusal = block_on(check(&model, &hasty, training(3))).unwrap_err();
        assert!(refusal.to_string().contains("of an update"), "{refusal}");
    }

    #[test]
    fn not_a_number_is_the_largest_difference() {
        assert_eq!(largest_difference(&[1.0, 2.0], &[1.5, 2.0]), 0.5);
        assert!(largest_difference(&[1.0, f32::NAN, 2.0], &[1.0, 2.0, 2.0]).is_nan());
    }
}
