//! A hundred training steps whose losses must be those that PyTorch wrote into
//! `fixtures/losses/losses.json`; `fixtures/golden/write_losses.py` says how.

use std::sync::Arc;

use burn::tensor::Device;
use serde_json::Value;
use vitpad::config::VitConfig;
use vitpad::data::batch;
use vitpad::data::idx::Dataset;
use vitpad::data::training::TrainingData;
use vitpad::engine;
use vitpad::model::VisionTransformer;
use vitpad::train::{Recipe, Trainer, read_back};

const STEPS: usize = 100;
const TOLERANCE: f32 = 1e-3;

const WEIGHTS: &[u8] = include_bytes!("../fixtures/golden/hidden768/state.safetensors");
const IMAGES: &[u8] = include_bytes!("../fixtures/losses/images-idx3-ubyte.gz");
const LABELS: &[u8] = include_bytes!("../fixtures/losses/labels-idx1-ubyte.gz");
const LOSSES: &str = include_str!("../fixtures/losses/losses.json");

/// Trains for a hundred steps with the recipe of that name in the file.
pub async fn check(name: &str, device: &Device) {
    let file: Value = serde_json::from_str(LOSSES).expect("JSON");
    let expected: Vec<f32> = serde_json::from_value(file[name].clone()).expect("numbers");
    let size = file["batch"].as_u64().expect("a number") as usize;
    let recipe = recipe(&file["recipes"][name], size);
    let mut trainer = trainer(recipe, device);
    let data = Dataset::parse(IMAGES, LABELS, 10).expect("the fixture loads");
    for (step, expected) in expected.into_iter().enumerate() {
        let (pixels, labels) = nth_batch(&data, step, size);
        let images = engine::images(batch::normalized(&pixels), &trainer.config, device);
        let made = trainer.step_on(images, labels);
        let results = read_back(vec![made]).await.expect("readable");
        let off = (results[0].loss - expected).abs();
        assert!(off <= TOLERANCE, "{name}: step {step} is off by {off:e}");
        trainer.record(results).expect("a finite loss");
    }
    assert_eq!(trainer.step_count(), STEPS);
}

/// The presets' recipes, with what the file changes.
fn recipe(file: &Value, batch: usize) -> Recipe {
    let mut recipe = serde_json::to_value(Recipe {
        batch,
        epochs: 1,
        augment: None,
        ..Recipe::accurate()
    })
    .expect("a plain struct");
    for (field, value) in file.as_object().expect("an object") {
        recipe[field] = value.clone();
    }
    serde_json::from_value(recipe).expect("a recipe")
}

/// From PyTorch's weights; the schedule needs data of a hundred steps' length.
fn trainer(recipe: Recipe, device: &Device) -> Trainer {
    let config = VitConfig {
        dropout: 0.0,
        ..VitConfig::reference()
    };
    let data = TrainingData::synthetic(1, STEPS * recipe.batch).expect("images");
    let model =
        VisionTransformer::from_safetensors(WEIGHTS, Some(&config), device).expect("weights");
    let engine = engine::engine(&config, device, recipe.batch);
    Trainer::from_model(model, recipe, Arc::new(data), engine).expect("a run")
}

/// Images `step · batch` and on, around and around.
fn nth_batch(data: &Dataset, step: usize, batch: usize) -> (Vec<f32>, Vec<u8>) {
    let indices = (step * batch..(step + 1) * batch).map(|index| index % data.labels.len());
    let pixels = indices.clone().flat_map(|index| data.images.image(index));
    (
        pixels.map(|&pixel| f32::from(pixel) / 255.0).collect(),
        indices.map(|index| data.labels[index]).collect(),
    )
}
