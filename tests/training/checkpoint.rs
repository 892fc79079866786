//! Checkpoints.

use std::sync::Arc;

use pollster::block_on;
use safetensors::SafeTensors;
use serde_json::json;
use vitpad::config::VitConfig;
use vitpad::data::augment::Augment;
use vitpad::data::idx::Dataset;
use vitpad::data::training::TrainingData;
use vitpad::engine::engine;
use vitpad::files::Precision;
use vitpad::model::VisionTransformer;
use vitpad::train::{Checkpoint, HeldOut, Recipe, Trainer, evaluate};
use vitpad::{Error, device};

use super::{poisoned, quick, small, synthetic, train, trainer};

fn bytes(trainer: &Trainer) -> Vec<u8> {
    block_on(trainer.snapshot().write()).expect("finite weights")
}

fn resume(bytes: &[u8], data: Option<Arc<TrainingData>>) -> Result<Trainer, Error> {
    let (checkpoint, device) = (Checkpoint::read(bytes)?, device::cpu().device);
    let engine = engine(&checkpoint.config, &device, checkpoint.recipe.batch);
    Trainer::resume(checkpoint, data, &device, engine)
}

/// The only test here that drops out: flex draws from one generator for all threads.
#[test]
fn a_resumed_run_equals_the_uninterrupted_one_bit_for_bit() {
    let config = VitConfig {
        dropout: 0.1,
        ..small()
    };
    let run = || Trainer::new(&config, quick(), synthetic(), &device::cpu().device).expect("a run");
    let mut uninterrupted = run();
    train(&mut uninterrupted, 10).expect("finite");
    // Before the first step, in the middle of an epoch, at its end, and at the end of the run.
    for interrupted_at in [0, 3, 5, 7, 10] {
        let mut first = run();
        train(&mut first, interrupted_at).expect("finite");
        let mut second = resume(&bytes(&first), None).expect("resumes");
        assert_eq!(second.step_count(), interrupted_at);
        train(&mut second, 10 - interrupted_at).expect("finite");
        assert_eq!(second.history, uninterrupted.history);
        let [second, uninterrupted] = [&second, &uninterrupted]
            .map(|run| Checkpoint::read(&bytes(run)).expect("a checkpoint"));
        let same = second == uninterrupted;
        assert!(same, "weights or moments differ after {interrupted_at}");
    }
}

#[test]
fn a_checkpoint_keeps_recipe_and_history() {
    let mut trainer = trainer(quick());
    train(&mut trainer, 2).expect("finite");
    let found = block_on(evaluate(
        trainer.engine.clone(),
        &trainer.model(),
        &trainer.data.validation,
    ));
    let found = found.expect("readable");
    trainer.history.record(HeldOut::Validation, 2, &found);
    let checkpoint = Checkpoint::read(&bytes(&trainer)).expect("a checkpoint");
    assert_eq!(checkpoint.recipe, quick());
    assert_eq!(checkpoint.config, small());
    assert_eq!(checkpoint.step, 2);
    assert_eq!(checkpoint.data.train, 72);
    assert_eq!(checkpoint.history, trainer.history);
    assert_eq!(checkpoint.history.evaluations[0].accuracy, found.accuracy());
}

#[test]
fn a_checkpoint_is_a_weights_file_too() {
    let mut trainer = trainer(quick());
    train(&mut trainer, 2).expect("finite");
    let device = device::cpu().device;
    let model =
        VisionTransformer::from_safetensors(&bytes(&trainer), None, &device).expect("weights");
    let weights =
        |model: &VisionTransformer| block_on(model.to_safetensors(Precision::Float32, &[]));
    assert_eq!(weights(&model), weights(&trainer.model()));
    let checkpoint = Checkpoint::read(&bytes(&trainer)).expect("a checkpoint");
    assert_eq!(checkpoint.weights_file(Precision::Float32), weights(&model));
}

#[test]
fn weights_alone_are_no_checkpoint() {
    let weights = block_on(
        trainer(quick())
            .model()
            .to_safetensors(Precision::Float32, &[]),
    );
    let error = Checkpoint::read(&weights.expect("readable")).expect_err("no run");
    assert_eq!(error.code(), "invalid-checkpoint");
}

#[test]
fn a_checkpoint_without_its_moments_is_refused() {
    let mut trainer = trainer(quick());
    train(&mut trainer, 1).expect("finite");
    let whole = bytes(&trainer);
    let (_, header) = SafeTensors::read_metadata(&whole).expect("a header");
    let file = SafeTensors::deserialize(&whole).expect("a file");
    let views = file
        .iter()
        .filter(|(name, _)| !name.starts_with("optimizer.second."));
    let cut = safetensors::serialize(views, header.metadata().clone()).expect("a file");
    let error = Checkpoint::read(&cut).expect_err("half of it is missing");
    assert_eq!(error.code(), "missing-tensor");
    assert!(error.to_string().contains("optimizer.second."), "{error}");
}

#[test]
fn other_data_than_the_runs_is_refused() {
    let checkpoint = bytes(&trainer(quick()));
    let other = TrainingData::synthetic(2, 72).expect("images");
    let error = resume(&checkpoint, Some(Arc::new(other))).err();
    assert_eq!(error.map(|error| error.code()), Some("other-data"));
}

#[test]
fn stored_images_must_be_given_again() {
    let TrainingData { validation, .. } = TrainingData::synthetic(1, 72).expect("images");
    let load = |set: &Dataset| {
        let data = TrainingData::from_sets("mine".into(), set.clone(), None, None);
        Arc::new(data.expect("images"))
    };
    let device = device::cpu().device;
    let run = Trainer::new(&small(), quick(), load(&validation), &device).expect("a run");
    let checkpoint = bytes(&run);
    let error = resume(&checkpoint, None).err().expect("no images");
    assert_eq!(error.code(), "data-needed");
    assert!(error.to_string().contains("mine"), "{error}");
    assert!(resume(&checkpoint, Some(load(&validation))).is_ok());
}

#[test]
fn broken_weights_are_never_written() {
    let recipe = Recipe {
        clip_norm: None,
        ..quick()
    };
    let mut trainer = trainer(recipe);
    let step = trainer.step_on(poisoned(), vec![1]);
    drop(block_on(vitpad::train::read_back(vec![step])));
    trainer.history.losses.push(0.0);
    trainer.history.accuracies.push(0.0);
    let error = block_on(trainer.snapshot().write()).expect_err("not finite");
    assert_eq!(error.code(), "tensor-value");
}

/// The checkpoint with these entries in its JSON.
fn with_record(checkpoint: &[u8], changes: serde_json::Value) -> Vec<u8> {
    let (_, header) = SafeTensors::read_metadata(checkpoint).expect("a header");
    let mut metadata = header.metadata().clone().expect("metadata");
    let record = metadata.get_mut("checkpoint").expect("a record");
    let mut json: serde_json::Value = serde_json::from_str(record).expect("JSON");
    for (name, value) in changes.as_object().expect("an object") {
        json[name] = value.clone();
    }
    *record = json.to_string();
    let file = SafeTensors::deserialize(checkpoint).expect("a file");
    safetensors::serialize(file.iter(), Some(metadata)).expect("a file")
}

#[test]
fn a_flipped_bit_is_noticed() {
    let mut run = trainer(quick());
    train(&mut run, 2).expect("finite");
    let whole = bytes(&run);
    assert!(Checkpoint::read(&whole).is_ok());
    for place in [5, whole.len() / 2] {
        let mut damaged = whole.clone();
        let at = damaged.len() - place;
        damaged[at] ^= 1;
        let error = Checkpoint::read(&damaged).expect_err("damaged");
        assert!(error.to_string().contains("it is damaged"), "{error}");
    }
    let without = with_record(&whole, json!({ "checksum": null }));
    assert!(Checkpoint::read(&without).is_ok(), "as the first files are");
}

#[test]
fn other_versions_are_refused_by_name_and_still_hold_weights() {
    let checkpoint = bytes(&trainer(quick()));
    for (changes, words) in [
        (
            json!({ "version": 1, "draws": null }),
            "it has version 1, and runs go on from version 2 on",
        ),
        (
            json!({ "version": 3, "recipe": null }),
            "it has version 3, of a later vitpad",
        ),
        (
            json!({ "draws": 2 }),
            "its random draws are not made as this vitpad makes them",
        ),
    ] {
        let other = with_record(&checkpoint, changes);
        let error = Checkpoint::read(&other).expect_err("another version");
        assert_eq!(error.code(), "invalid-checkpoint");
        assert!(error.to_string().contains(words), "{error}");
        assert!(
            error.to_string().contains("its weights can be loaded"),
            "{error}"
        );
        VisionTransformer::from_safetensors(&other, None, &device::cpu().device).expect("weights");
    }
}

const VERSION_2: &[u8] = include_bytes!("../fixtures/checkpoint-v2.safetensors");

/// The run of the fixture: every kind of draw is in it.
fn fixture_run() -> Trainer {
    let config = VitConfig {
        patch_size: 7,
        width: 8,
        heads: 2,
        layers: 1,
        hidden: 8,
        dropout: 0.1,
        ..VitConfig::default()
    };
    let recipe = Recipe {
        augment: Some(Augment::default()),
        ..quick()
    };
    let mut run = Trainer::new(&config, recipe, synthetic(), &device::cpu().device).expect("a run");
    train(&mut run, 3).expect("finite");
    run
}

#[test]
fn a_run_of_version_2_is_read_and_draws_as_it_did() {
    let mut kept = resume(VERSION_2, None).expect("version 2 is read");
    let mut new = fixture_run();
    for run in [&mut kept, &mut new] {
        train(run, 3).expect("finite");
    }
    // Sums are rounded in another order from one processor to another.
    let pairs = kept.history.losses.iter().zip(&new.history.losses);
    for (step, (kept, new)) in pairs.enumerate() {
        assert!((kept - new).abs() < 1e-4, "step {step}: {kept}, now {new}");
    }
}

#[test]
#[ignore = "writes the fixture of the test above, once for each version"]
fn write_the_fixture() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/checkpoint-v2.safetensors"
    );
    std::fs::write(file, bytes(&fixture_run())).expect("writable");
}
