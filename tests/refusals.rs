//! What can't be is refused with words that say why, before anything is lost over it.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use burn::tensor::Tensor;
use pollster::block_on;
use vitpad::config::VitConfig;
use vitpad::data::batch::normalized;
use vitpad::data::idx::{Dataset, Images};
use vitpad::data::resized;
use vitpad::data::training::TrainingData;
use vitpad::device::{self, Fallback, Request};
use vitpad::files::Precision;
use vitpad::logits::softmax;
use vitpad::train::{Checkpoint, Evaluation, HeldOut, Recipe, Trainer, evaluate};
use vitpad::{Classifier, Error, VisionTransformer};

fn small() -> VitConfig {
    VitConfig {
        width: 8,
        heads: 2,
        layers: 1,
        hidden: 8,
        ..VitConfig::default()
    }
}

fn model(config: &VitConfig) -> VisionTransformer {
    config
        .init(1, &device::cpu().device)
        .expect("a valid configuration")
}

fn open(config: &VitConfig) -> vitpad::Result<Classifier> {
    let opened = Classifier::open(Request::Cpu, Err(Fallback::NoWebGpu), model(config));
    block_on(opened)
}

#[test]
fn models_of_colour_images_read_no_drawings() {
    let config = VitConfig {
        channels: 3,
        ..small()
    };
    let error = open(&config).err().expect("refused");
    assert_eq!(error.code(), "invalid-config");
    assert_eq!(
        error.to_string(),
        "channels is 3, expected 1: images are grey"
    );
}

#[test]
fn models_of_another_image_size_read_drawings_resized() {
    let picture = std::array::from_fn(|at| (at % 28) as f32 / 28.0);
    for (image_size, patch_size) in [(14, 7), (32, 4), (28, 4), (56, 8)] {
        let config = VitConfig {
            image_size,
            patch_size,
            classes: 12,
            ..small()
        };
        let classifier = open(&config).unwrap();
        let read = block_on(classifier.classify(&picture)).unwrap();
        let images = normalized(&resized(&picture, image_size));
        let images = Tensor::<1>::from_floats(images.as_slice(), &device::cpu().device);
        let images = images.reshape([1, 1, image_size, image_size]);
        let logits = classifier.model.forward(images).into_data();
        let logits: Vec<f32> = logits.try_into_vec().unwrap();
        for (found, expected) in read.probabilities.iter().zip(softmax(&logits)) {
            assert!((found - expected).abs() < 1e-5, "{image_size}");
        }
        assert_eq!(read.probabilities.len(), 12);
    }
}

#[test]
fn models_that_fit_no_tab_are_refused_with_their_number_of_parameters() {
    let refusal = |config: VitConfig| {
        config
            .init(1, &device::cpu().device)
            .unwrap_err()
            .to_string()
    };
    let huge = VitConfig {
        width: 16_384,
        heads: 4,
        hidden: 16_384,
        layers: 16_384,
        ..small()
    };
    let message = refusal(huge);
    assert!(
        message.contains("at most 50000000 parameters, not 26390964731914"),
        "{message}"
    );
    let fine = VitConfig {
        image_size: 280,
        patch_size: 1,
        ..small()
    };
    let message = refusal(fine);
    assert!(
        message.contains("at most 4096 patches, not 78400"),
        "{message}"
    );
}

#[test]
fn images_that_are_no_squares_are_refused_when_they_are_loaded() {
    let images = Images {
        count: 20,
        rows: 28,
        columns: 20,
        pixels: vec![0; 20 * 28 * 20],
    };
    let set = Dataset {
        images,
        labels: vec![0; 20],
    };
    let error = TrainingData::from_sets("tall".into(), set, None, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "images are 28 x 20 pixels, expected squares: crop or pad them first"
    );
}

#[test]
fn an_epoch_of_more_images_than_can_be_ordered_is_refused() {
    let error = TrainingData::synthetic(1, 2_000_000_000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2000000000 images per epoch, expected at most 10000000"
    );
}

#[test]
fn what_float32_takes_for_zero_is_refused_where_zero_is() {
    let recipe = Recipe {
        eps: 1e-46,
        ..Recipe::published()
    };
    assert!(
        recipe
            .validate()
            .unwrap_err()
            .to_string()
            .starts_with("eps is ")
    );
    let config = VitConfig {
        layer_norm_eps: 1e-46,
        ..small()
    };
    assert!(config.validate().is_err());
}

#[test]
fn weights_that_float16_cannot_hold_are_told_and_float32_takes_them() {
    let mut model = model(&small());
    model.parameters = model.parameters * 0.0 + 70_000.0;
    let write = |precision| block_on(model.to_safetensors(precision, &[]));
    let error = write(Precision::Float16).unwrap_err();
    assert_eq!(error.code(), "tensor-value");
    assert!(
        error
            .to_string()
            .ends_with("holds 70000, and float16 ends at 65504: choose float32")
    );
    assert!(write(Precision::Float32).is_ok());
}

#[test]
fn weights_that_are_no_numbers_are_never_written() {
    let mut model = model(&small());
    model.parameters = Tensor::full(model.parameters.dims(), f32::NAN, &device::cpu().device);
    let error = block_on(model.to_safetensors(Precision::Float32, &[])).unwrap_err();
    assert!(matches!(error, Error::TensorValue { .. }), "{error}");
}

#[test]
fn logits_that_overflow_are_no_answer() {
    let mut model = model(&small());
    model.parameters = model.parameters * 0.0 + 3e38;
    let opened = Classifier::open(Request::Cpu, Err(Fallback::NoWebGpu), model);
    let classifier = block_on(opened).expect("its numbers are finite");
    let error = block_on(classifier.classify(&[0.5; 28 * 28])).unwrap_err();
    assert_eq!(error.code(), "tensor-value");
    let message = error.to_string();
    assert!(message.starts_with("tensor \"logits\" holds"), "{message}");
}

#[test]
fn as_many_evaluations_as_there_are_epochs_fit_into_a_checkpoint() {
    let device = device::cpu().device;
    let data = Arc::new(TrainingData::synthetic(1, 20).unwrap());
    let config = VitConfig {
        classes: 1_000,
        ..small()
    };
    let mut trainer = Trainer::new(&config, Recipe::published(), data, &device).unwrap();
    let found = Evaluation {
        images: 1,
        correct: 1,
        loss: 0.0,
        confusion: vec![0; 1_000 * 1_000],
        mistakes: Vec::new(),
    };
    for epoch in 0..100 {
        trainer.history.record(HeldOut::Validation, epoch, &found);
    }
    let bytes = block_on(trainer.snapshot().write()).unwrap();
    let read = Checkpoint::read(&bytes).unwrap().history.evaluations;
    assert_eq!(read.len(), 100);
    assert!(read[98].confusion.is_empty(), "the last one alone is kept");
    assert_eq!(read[99].confusion, found.confusion);
}

#[test]
fn numbers_of_settings_are_read_as_they_were_written() {
    for number in [0.0074576592231565065, 0.009796215956506859, 0.1 + 0.2] {
        let recipe = Recipe {
            learning_rate: number,
            ..Recipe::published()
        };
        let json = serde_json::to_string(&recipe).unwrap();
        let read: Recipe = serde_json::from_str(&json).unwrap();
        assert_eq!(read, recipe);
    }
}

#[test]
fn an_evaluation_that_is_not_finite_is_written_and_read() {
    let device = device::cpu().device;
    let data = Arc::new(TrainingData::synthetic(1, 20).unwrap());
    let mut trainer = Trainer::new(&small(), Recipe::published(), data, &device).unwrap();
    let found = block_on(evaluate(
        trainer.engine.clone(),
        &trainer.model(),
        &trainer.data.validation,
    ));
    let mut found = found.unwrap();
    found.loss = f64::NAN;
    trainer.history.record(HeldOut::Validation, 0, &found);
    let bytes = block_on(trainer.snapshot().write()).unwrap();
    let read = Checkpoint::read(&bytes).expect("what is written can be read");
    assert!(read.history.evaluations[0].loss.is_nan());
    assert_eq!(read.history.evaluations[0].images, found.images);
}
