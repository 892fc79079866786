//! Which device to compute on: the one asked for, if it computes what the CPU does.

use burn::tensor::Device;

use crate::config::VitConfig;
use crate::data::batch::{self, Stored};
use crate::data::idx::Images;
use crate::device::{self, Adapter, Fallback, Request, Selected};
use crate::error::{Error, Result};
use crate::kernels::gpu::Input;
use crate::model::Layout;
use crate::train::EVALUATED;
use crate::vit::{Model, Vit};

/// How far a device's logits may be from the CPU's.
const TOLERANCE: f32 = 1e-3;
/// Images of a test before training, at most.
const MOST_IMAGES: usize = 16;

/// What a device is for. It is tested with the kernels that it will use for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// One picture at a time.
    Reading,
    /// Batches of so many images, which the device may pick itself from a data set.
    Training { batch: usize, picks: bool },
}

/// The device for a request, tested with a model that lies on the CPU.
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
    vit: &Vit,
) -> Result<Selected> {
    let cpu = device::cpu();
    let other = match request {
        Request::Cpu => return Ok(cpu),
        Request::NdArray => device::ndarray(),
        Request::Auto | Request::WebGpu => {
            let has_kernels = has_kernels(&vit.config, purpose);
            open_webgpu(request, adapter, has_kernels).await
        }
    };
    let tested = match other {
        Ok(other) => test(vit, &cpu.device, other, purpose).await,
        Err(reason) => Err(reason),
    };
    match tested {
        Ok(other) => Ok(other),
        Err(reason) if request == Request::Auto => Ok(Selected {
            fallback: Some(reason),
            ..cpu
        }),
        Err(reason) => Err(Error::DeviceUnavailable { reason }),
    }
}

async fn open_webgpu(
    request: Request,
    adapter: Result<Adapter, Fallback>,
    has_kernels: bool,
) -> Result<Selected, Fallback> {
    let adapter = adapter?;
    adapter.check(request)?;
    adapter.check_model(has_kernels)?;
    device::webgpu(&adapter).await
}

/// Whether WebGPU will compute all of it with kernels of our own.
fn has_kernels(config: &VitConfig, purpose: Purpose) -> bool {
    let largest = match purpose {
        Purpose::Reading => 1,
        Purpose::Training { batch, .. } => batch.max(EVALUATED),
    };
    Layout::of(config).takes(largest)
}

/// Gives `other` back if its logits are the CPU's.
async fn test(
    vit: &Vit,
    cpu: &Device,
    other: Selected,
    purpose: Purpose,
) -> Result<Selected, Fallback> {
    let failed = |error: Error| Fallback::SelfTestFailed(error.to_string());
    let expected = logits(vit, cpu, purpose).await.map_err(failed)?;
    let found = logits(vit, &other.device, purpose).await.map_err(failed)?;
    compare(&expected, &found).map(|()| other)
}

fn compare(expected: &[f32], found: &[f32]) -> Result<(), Fallback> {
    let off = largest_difference(expected, found);
    // Not `off > TOLERANCE`: NaN must fail too.
    if off <= TOLERANCE {
        Ok(())
    } else {
        Err(Fallback::SelfTestFailed(off.to_string()))
    }
}

async fn logits(vit: &Vit, device: &Device, purpose: Purpose) -> Result<Vec<f32>> {
    let logits = match purpose {
        Purpose::Reading => {
            let pixels = ramps(1, &vit.config);
            let images = batch::images(&shares(&pixels), &vit.config, device);
            Model::new(vit.clone(), device).forward(images)
        }
        Purpose::Training { batch, picks } => {
            let pixels = ramps(batch.min(MOST_IMAGES), &vit.config);
            let input = input(pixels, &vit.config, picks, device);
            let model = Model::new(vit.clone(), &device.clone().autodiff());
            model.forward_training(input, 0).inner()
        }
    };
    let data = logits.into_data_async().await;
    data.map_err(Error::device_lost)?
        .try_into_vec()
        .map_err(Error::device_lost)
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

/// A batch, picked on the device if it can and is to.
fn input(pixels: Vec<u8>, config: &VitConfig, picks: bool, device: &Device) -> Input {
    let images = Images {
        count: pixels.len() / config.pixels(),
        rows: config.image_size,
        columns: config.image_size,
        pixels,
    };
    let stored = if picks && config.channels == 1 {
        Stored::new(&images, device)
    } else {
        None
    };
    match stored {
        Some(stored) => {
            let all: Vec<u32> = (0..images.count as u32).collect();
            stored.pick(&all, &[]).into()
        }
        None => {
            let images = batch::images(&shares(&images.pixels), config, device);
            images.autodiff().into()
        }
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
        Purpose::Training { batch, picks: true }
    }

    #[test]
    fn the_same_logits_pass_and_others_do_not() {
        let device = device::cpu().device;
        let vit = |seed| VitConfig::reference().init(seed, &device).unwrap();
        for purpose in [Purpose::Reading, training(3)] {
            let logits = |seed| block_on(logits(&vit(seed), &device, purpose)).unwrap();
            let images = if purpose == Purpose::Reading { 1 } else { 3 };
            assert_eq!(logits(1).len(), 10 * images);
            assert_eq!(compare(&logits(1), &logits(1)), Ok(()));
            let refusal = compare(&logits(1), &logits(2)).unwrap_err();
            assert_eq!(refusal.code(), "self-test-failed");
            let broken = vec![f32::NAN; logits(1).len()];
            assert!(compare(&logits(1), &broken).is_err());
            assert!(block_on(test(&vit(1), &device, device::cpu(), purpose)).is_ok());
        }
    }

    #[test]
    fn kernels_are_for_common_models_and_batches() {
        let reference = VitConfig::reference();
        assert!(has_kernels(&reference, Purpose::Reading));
        assert!(has_kernels(&reference, training(64)));
        assert!(!has_kernels(&reference, training(100_000)));
        let odd = VitConfig {
            width: 18,
            heads: 2,
            ..reference
        };
        assert!(!has_kernels(&odd, Purpose::Reading));
    }

    #[test]
    fn not_a_number_is_the_largest_difference() {
        assert_eq!(largest_difference(&[1.0, 2.0], &[1.5, 2.0]), 0.5);
        assert!(largest_difference(&[1.0, f32::NAN, 2.0], &[1.0, 2.0, 2.0]).is_nan());
    }
}
