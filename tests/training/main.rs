//! Training runs on the native CPU devices.
#![cfg(not(target_arch = "wasm32"))]

mod checkpoint;
mod config;
mod devices;
mod dropout;
mod logits;
#[path = "../common/losses.rs"]
mod losses;
mod recipe;

use std::sync::Arc;

use burn::tensor::Tensor;
use pollster::block_on;
use vitpad::config::VitConfig;
use vitpad::data::augment::Augment;
use vitpad::data::training::TrainingData;
use vitpad::device;
use vitpad::train::{Recipe, Trainer, evaluate, preview, read_back};
use vitpad::{Error, Result};

#[test]
fn a_hundred_steps_follow_pytorch() {
    for name in ["published", "decayed", "accurate"] {
        block_on(losses::check(name, &device::cpu().device));
    }
}

/// A model that learns in moments.
fn small() -> VitConfig {
    VitConfig {
        width: 16,
        heads: 2,
        layers: 1,
        hidden: 32,
        ..VitConfig::default()
    }
}

fn quick() -> Recipe {
    Recipe {
        batch: 16,
        epochs: 2,
        learning_rate: 3e-3,
        warmup: 2,
        ..Recipe::accurate()
    }
}

fn synthetic() -> Arc<TrainingData> {
    Arc::new(TrainingData::synthetic(1, 72).expect("images"))
}

fn trainer(recipe: Recipe) -> Trainer {
    Trainer::new(&small(), recipe, synthetic(), &device::cpu().device).expect("a run")
}

/// Makes steps and gives their losses.
fn train(trainer: &mut Trainer, steps: usize) -> Result<Vec<f32>> {
    for _ in 0..steps {
        let step = trainer.step();
        trainer.record(block_on(read_back(vec![step]))?)?;
    }
    let losses = &trainer.history.losses;
    Ok(losses[losses.len() - steps..].to_vec())
}

#[test]
fn the_same_seed_gives_the_same_curve_bit_for_bit() {
    let curve = |recipe| train(&mut trainer(recipe), 6).expect("finite");
    assert_eq!(curve(quick()), curve(quick()));
    assert_ne!(curve(quick()), curve(Recipe { seed: 2, ..quick() }));
}

#[test]
fn results_of_several_steps_at_once_gives_the_same_losses() {
    let one_by_one = train(&mut trainer(quick()), 3).expect("finite");
    let mut trainer = trainer(quick());
    let steps = (0..3).map(|_| trainer.step()).collect();
    let results = block_on(read_back(steps)).expect("readable");
    trainer.record(results).expect("finite");
    assert_eq!(trainer.history.losses, one_by_one);
}

#[test]
fn an_epoch_shows_every_image_once_in_an_order_of_its_own() {
    let mut trainer = trainer(quick());
    // 72 images in batches of 16: the fifth has 8.
    assert_eq!((trainer.steps_per_epoch(), trainer.steps()), (5, 10));
    let mut labels_of_epoch = || {
        let steps: Vec<_> = (0..5).map(|_| trainer.step()).collect();
        let results = block_on(read_back(steps)).expect("readable");
        let sizes: Vec<_> = results.iter().map(|result| result.images).collect();
        trainer.record(results).expect("finite");
        sizes
    };
    assert_eq!(labels_of_epoch(), [16, 16, 16, 16, 8]);
    assert_eq!(labels_of_epoch(), [16, 16, 16, 16, 8]);
    assert!(trainer.is_done());
}

/// An image of no numbers.
fn poisoned() -> Tensor<4> {
    let device = device::cpu().device;
    Tensor::full([1, 1, 28, 28], f32::NAN, &device)
}

#[test]
fn a_loss_that_is_not_finite_puts_the_run_back_where_it_was_good() {
    let mut trainer = trainer(quick());
    train(&mut trainer, 3).expect("finite");
    let step = trainer.step_on(poisoned(), vec![1]);
    let results = block_on(read_back(vec![step])).expect("readable");
    let error = trainer.record(results).expect_err("not a number");
    assert_eq!(error.code(), "non-finite-loss");
    assert!(error.to_string().contains("at step 4"), "{error}");
    assert_eq!(trainer.step_count(), 0);
    assert_eq!(trainer.history.losses.len(), 0);
    let again = train(&mut trainer, 3).expect("finite again");
    assert_eq!(
        again,
        train(&mut self::trainer(quick()), 3).expect("finite")
    );
}

#[test]
fn steps_made_before_a_setback_is_known_count_no_more() {
    let mut trainer = trainer(quick());
    let steps = [trainer.step_on(poisoned(), vec![1]), trainer.step()];
    let [bad, stale] = steps.map(|step| block_on(read_back(vec![step])).expect("readable"));
    trainer.record(bad).expect_err("not a number");
    let anew = trainer.step();
    let error = trainer.record(stale).expect_err("built on a bad one");
    assert_eq!(error.code(), "non-finite-loss");
    assert_eq!((trainer.step_count(), trainer.recorded()), (1, 0));
    let results = block_on(read_back(vec![anew])).expect("readable");
    trainer.record(results).expect("finite");
    assert_eq!(trainer.recorded(), 1);
}

#[test]
fn images_of_another_size_than_the_models_are_refused() {
    let config = VitConfig {
        image_size: 32,
        ..small()
    };
    let refused = Trainer::new(&config, quick(), synthetic(), &device::cpu().device).err();
    assert_eq!(
        refused.map(|error| error.to_string()).as_deref(),
        Some("image_size is 32, expected 28 x 28, the size of the images")
    );
}

#[test]
fn an_evaluation_counts_every_image_once() {
    let trainer = trainer(quick());
    let (model, engine) = (trainer.model(), trainer.engine.clone());
    let data = &trainer.data.validation;
    let found = block_on(evaluate(engine, &model, data)).expect("readable");
    assert_eq!(found.images, data.labels.len());
    let rows: Vec<u32> = found
        .confusion
        .chunks(10)
        .map(|row| row.iter().sum())
        .collect();
    for (label, count) in rows.into_iter().enumerate() {
        let expected = data.labels.iter().filter(|&&l| usize::from(l) == label);
        assert_eq!(count as usize, expected.count());
    }
    let diagonal: u32 = (0..10).map(|i| found.confusion[i * 11]).sum();
    assert_eq!(diagonal as usize, found.correct);
    // Fresh weights know nothing.
    assert!((2.0..3.0).contains(&found.loss), "{}", found.loss);
}

#[test]
fn more_images_than_a_batch_takes_are_shown() {
    let data = TrainingData::synthetic(1, 5_000).expect("images");
    let augment = Some(Augment::default());
    let (pixels, labels) = preview(&data, 5_000, 1, augment).expect("no batch of a step");
    assert_eq!((pixels.len(), labels.len()), (5_000 * 28 * 28, 5_000));
    let augment = augment.map(|augment| Augment {
        shear: 2.0,
        ..augment
    });
    assert!(preview(&data, 1, 1, augment).is_err());
}

#[test]
fn a_recipe_that_cannot_be_is_refused() {
    let recipe = Recipe {
        batch: 0,
        ..quick()
    };
    let refused = Trainer::new(&small(), recipe, synthetic(), &device::cpu().device).err();
    assert!(matches!(
        refused,
        Some(Error::Config { field: "batch", .. })
    ));
}
