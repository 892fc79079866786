//! Good inputs, made by vitpad itself.

use pollster::block_on;
use serde::Serialize;
use std::sync::Arc;
use vitpad::config::{Activation, Norm};
use vitpad::data::augment::Augment;
use vitpad::data::idx::{self, Images};
use vitpad::data::training::TrainingData;
use vitpad::device;
use vitpad::files::Precision;
use vitpad::train::{Optimizer, Recipe, Schedule, Trainer, read_back};
use vitpad::{VisionTransformer, VitConfig};

use crate::targets::{checkpoint::DATA, small};

/// Two files as the targets of IDX take them.
pub fn pair(images: &[u8], labels: &[u8]) -> Vec<u8> {
    [&(images.len() as u32).to_le_bytes(), images, labels].concat()
}

pub fn idx() -> Vec<Vec<u8>> {
    let sizes = [
        (1, 1, 1),
        (10, 1, 1),
        (12, 4, 4),
        (30, 3, 3),
        (12, 3, 5),
        (11, 28, 28),
    ];
    let pairs = sizes.map(|(count, rows, columns)| {
        let pixels = (0..count * rows * columns).map(|at| (at * 31) as u8);
        let images = Images {
            count,
            rows,
            columns,
            pixels: pixels.collect(),
        };
        let labels: Vec<u8> = (0..count as u8).map(|at| at % 10).collect();
        pair(&idx::write_images(&images), &idx::write_labels(&labels))
    });
    pairs.into()
}

/// Bytes of all kinds.
pub fn random() -> Vec<Vec<u8>> {
    let patterns = [37_usize, 61, 97, 101, 251, 255, 256];
    let bytes = |factor: usize| (0..256).map(move |at: usize| (at * factor + at / 7) as u8);
    patterns.map(|factor| bytes(factor).collect()).into()
}

/// Images, and values of a picture.
pub fn pictures() -> Vec<Vec<u8>> {
    let values = (0..28 * 28).flat_map(|at| ((at % 9) as f32 / 8.0).to_le_bytes());
    let mut all = random();
    all.push(std::iter::once(0).chain(values).collect());
    all.extend(random().into_iter().map(|bytes| [vec![1], bytes].concat()));
    all
}

fn models() -> Vec<VitConfig> {
    let small = small();
    vec![
        VitConfig {
            width: 1,
            heads: 1,
            hidden: 1,
            ..small.clone()
        },
        VitConfig {
            patch_size: 7,
            norm: Norm::Post,
            classes: 1,
            ..small.clone()
        },
        VitConfig {
            width: 6,
            heads: 3,
            layers: 3,
            activation: Activation::Relu,
            ..small.clone()
        },
        VitConfig {
            patch_size: 28,
            classes: 300,
            ..small.clone()
        },
        VitConfig {
            patch_size: 2,
            width: 2,
            heads: 2,
            ..small.clone()
        },
        VitConfig {
            image_size: 8,
            patch_size: 4,
            channels: 3,
            ..small.clone()
        },
        small,
    ]
}

pub fn configs() -> Vec<Vec<u8>> {
    let presets = VitConfig::PRESETS.map(|name| VitConfig::preset(name).expect("known"));
    let tiny = VitConfig {
        image_size: 4,
        patch_size: 2,
        width: 4,
        dropout: 0.5,
        ..small()
    };
    models()
        .iter()
        .chain(&presets)
        .chain([&tiny])
        .map(json)
        .collect()
}

pub fn recipes() -> Vec<Vec<u8>> {
    let presets = VitConfig::PRESETS.map(|name| Recipe::preset(name).expect("known"));
    let another = Recipe {
        optimizer: Optimizer::Adam,
        schedule: Schedule::Constant,
        weight_decay: 1.0,
        clip_norm: Some(1e-3),
        augment: Some(Augment {
            rotation: 180.0,
            scale: 0.9,
            ..Augment::default()
        }),
        ..Recipe::quick()
    };
    presets.iter().chain([&another]).map(json).collect()
}

pub fn weights() -> Vec<Vec<u8>> {
    let write = |(at, config): (usize, &VitConfig)| {
        let precision = [Precision::Float32, Precision::Float16][at % 2];
        let model: VisionTransformer = config.init(1, &device::cpu().device).expect("valid");
        block_on(model.to_safetensors(precision, &[])).expect("finite")
    };
    let mut files: Vec<_> = models().iter().enumerate().map(write).collect();
    // As PyTorch writes them: without a configuration.
    let bare = files.last().map(|file| without(file, "config"));
    files.extend(bare);
    files.extend(checkpoints().into_iter().take(1));
    files
}

/// Runs of stored and of synthetic images, with a checksum and without.
pub fn checkpoints() -> Vec<Vec<u8>> {
    let tiny = VitConfig {
        image_size: 4,
        patch_size: 2,
        width: 4,
        ..small()
    };
    let synthetic = Arc::new(TrainingData::synthetic(1, 50).expect("images"));
    let runs = [
        (&tiny, &*DATA, 0),
        (&tiny, &*DATA, 2),
        (&small(), &synthetic, 1),
    ];
    let files = runs.map(|(config, data, steps)| {
        let recipe = Recipe {
            batch: 8,
            ..Recipe::accurate()
        };
        let device = device::cpu().device;
        let mut trainer = Trainer::new(config, recipe, data.clone(), &device).expect("a run");
        for _ in 0..steps {
            let step = trainer.step();
            let results = block_on(read_back(vec![step])).expect("on the CPU");
            trainer.record(results).expect("finite");
        }
        block_on(trainer.snapshot().write()).expect("finite")
    });
    files
        .iter()
        .flat_map(|file| [unsummed(file), file.clone()])
        .collect()
}

/// The file without its checksum, so that other changes are not noticed by that.
fn unsummed(file: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(&file[8..]);
    let start = text.find(r#",\"checksum\":"#).expect("a checksum") + 8;
    let end = start
        + file[start..]
            .iter()
            .position(|byte| *byte == b'}')
            .expect("the end");
    let mut file = file.to_vec();
    // JSON takes spaces, and the header keeps its length.
    file[start..end].fill(b' ');
    file
}

/// The file without an entry of its metadata.
fn without(file: &[u8], key: &str) -> Vec<u8> {
    let name = format!("\"{key}\":");
    let start = file
        .windows(name.len())
        .position(|part| part == name.as_bytes());
    let mut file = file.to_vec();
    file[start.expect("the entry") + 1] = b'x';
    file
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a plain struct")
}
