//! The fuzzing targets. Each takes any bytes, makes a call of vitpad's public API of them, and uses
//! what is accepted a little, since a fault may come only then.

pub mod checkpoint;
mod idx;
mod pictures;
mod settings;
mod weights;

use std::sync::OnceLock;

use pollster::block_on;
use vitpad::classifier::Prediction;
use vitpad::data::Picture;
use vitpad::device::{self, Fallback, Request};
use vitpad::{Classifier, Result, VitConfig};

/// A word on the accepted input, or why it is refused.
pub type Outcome = Result<&'static str>;

pub struct Target {
    pub name: &'static str,
    pub run: fn(&[u8]) -> Outcome,
    pub memory: Bound,
}

/// The memory that an input may take at most, `base + factor * its length` bytes. The base is what
/// fixed sizes take: a model's activations, held-out synthetic images, the grid of the longest image.
#[derive(Clone, Copy)]
pub struct Bound {
    pub base: usize,
    pub factor: usize,
}

const MB: usize = 1 << 20;
/// A byte of JSON becomes a value of 32 bytes at worst, in a list that doubles as it grows.
const JSON: usize = 64;
/// A pixel of a byte becomes a few bytes, and a few float32 numbers.
const PIXELS: usize = 32;
/// Deflate makes at most 1,032 bytes of one, in a list that doubles as it grows.
const DEFLATE: usize = 3 * 1_032;

#[rustfmt::skip]
pub const TARGETS: [Target; 8] = [
    target("safetensors", weights::run, 4 * MB, JSON),
    target("checkpoint", checkpoint::run, 8 * MB, JSON),
    target("idx", idx::run, MB, PIXELS),
    target("gzip", idx::run, MB, DEFLATE),
    target("strokes", pictures::strokes, MB, PIXELS),
    target("pictures", pictures::images, 8 * MB, PIXELS),
    target("config", settings::config, 4 * MB, JSON),
    target("recipe", settings::recipe, MB, JSON),
];

const fn target(
    name: &'static str,
    run: fn(&[u8]) -> Outcome,
    base: usize,
    factor: usize,
) -> Target {
    let memory = Bound { base, factor };
    Target { name, run, memory }
}

/// A model that reads a picture in microseconds.
pub fn small() -> VitConfig {
    VitConfig {
        patch_size: 14,
        width: 8,
        heads: 2,
        layers: 1,
        hidden: 8,
        ..VitConfig::default()
    }
}

/// Reads a picture with a small model, and checks what is read.
fn classify(picture: &Picture) -> Result<()> {
    thread_local! {
        static CLASSIFIER: OnceLock<Classifier> = const { OnceLock::new() };
    }
    CLASSIFIER.with(|slot| {
        let classifier = slot.get_or_init(|| {
            let model = small().init(1, &device::cpu().device).expect("valid");
            open(model).expect("a model of pictures")
        });
        check(&block_on(classifier.classify(picture))?);
        Ok(())
    })
}

fn open(model: vitpad::VisionTransformer) -> Result<Classifier> {
    block_on(Classifier::open(
        Request::Cpu,
        Err(Fallback::NoWebGpu),
        model,
    ))
}

fn check(prediction: &Prediction) {
    let Prediction {
        digit,
        probabilities,
        ..
    } = prediction;
    let sum: f32 = probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-3, "probabilities sum to {sum}");
    assert!(*digit < probabilities.len(), "digit {digit}");
}

/// A part of the input that stands for a choice or a number, and the rest.
fn split_number(bytes: &[u8]) -> (u32, &[u8]) {
    match bytes.split_first_chunk() {
        Some((number, rest)) => (u32::from_le_bytes(*number), rest),
        None => (0, bytes),
    }
}
