//! Configurations and recipes, as JSON.

use std::sync::Arc;

use pollster::block_on;
use serde::Serialize;
use serde::de::DeserializeOwned;
use vitpad::data::augment::Augment;
use vitpad::data::synthetic;
use vitpad::data::training::TrainingData;
use vitpad::engine::engine;
use vitpad::train::{Recipe, Trainer, preview};
use vitpad::{Error, Result, VitConfig, device};

use super::checkpoint::{DATA, go_on, images};
use super::{Outcome, small};

/// The largest models that are made: what a model takes is decided by its sizes alone.
const MOST_PARAMETERS: u64 = 20_000;
const MOST_TOKENS: usize = 65;
const MOST_PIXELS: usize = 4_096;

/// Makes a model and trains it for a step.
pub fn config(bytes: &[u8]) -> Outcome {
    let config: VitConfig = parse(bytes)?;
    config.check_size()?;
    assert_eq!(parse::<VitConfig>(&json(&config))?, config);
    // Not before: sizes that can't be overflow.
    let is_small = config.parameters() <= MOST_PARAMETERS
        && config.tokens() <= MOST_TOKENS
        && config.classes <= 100
        && config.layers <= 16
        && config.patch_values() * config.patches() <= MOST_PIXELS;
    if !is_small {
        return Ok("large");
    }
    let device = device::cpu().device;
    if config.channels != 1 || config.image_size > 32 {
        let model = config.init(1, &device)?;
        let pixels = vec![0.5; config.pixels()];
        let images = vitpad::engine::images(pixels, &config, &device);
        let logits = engine(&config, &device, 1).logits(&model, images);
        let data = block_on(logits.into_data_async()).expect("on the CPU");
        assert_eq!(data.num_elements(), config.classes);
        return Ok("read");
    }
    let data = Arc::new(images(config.image_size));
    train(
        &config,
        Recipe {
            batch: 8,
            ..Recipe::accurate()
        },
        data,
    )?;
    Ok("trained")
}

/// Trains a small model with a recipe, and samples what it learns from.
pub fn recipe(bytes: &[u8]) -> Outcome {
    let recipe: Recipe = parse(bytes)?;
    recipe.validate()?;
    assert_eq!(parse::<Recipe>(&json(&recipe))?, recipe);
    let steps = recipe.epochs.saturating_mul(100);
    for step in [0, 1, recipe.warmup, steps / 2, steps.saturating_sub(1)] {
        let rate = recipe.learning_rate(step, steps);
        assert!((0.0..=recipe.learning_rate).contains(&rate), "rate {rate}");
    }
    let (_, label) = synthetic::digit(recipe.seed, recipe.batch as u64);
    assert!(label < 10);
    let augment: Option<Augment> = recipe.augment;
    preview(&DATA, 4, recipe.seed, augment)?;
    let config = VitConfig {
        image_size: 4,
        patch_size: 2,
        width: 4,
        ..small()
    };
    train(&config, recipe, DATA.clone())?;
    Ok("trained")
}

fn train(config: &VitConfig, recipe: Recipe, data: Arc<TrainingData>) -> Result<()> {
    let mut trainer = Trainer::new(config, recipe, data, &device::cpu().device)?;
    go_on(&mut trainer)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("a plain struct")
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| Error::Options {
        name: "input".into(),
        message: error.to_string(),
    })
}
