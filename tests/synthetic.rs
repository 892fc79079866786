//! Synthetic digits teach what digits look like.
#![cfg(not(target_arch = "wasm32"))]

use std::sync::Arc;

use pollster::block_on;
use vitpad::VitConfig;
use vitpad::data::TrainingData;
use vitpad::device;
use vitpad::train::{Recipe, Trainer, evaluate, read_back};

#[test]
fn the_quick_preset_reads_95_percent_of_held_out_synthetic_digits() {
    let device = device::cpu().device;
    let data = Arc::new(TrainingData::synthetic(1, 12_800).unwrap());
    let mut trainer = Trainer::new(&VitConfig::quick(), Recipe::quick(), data, &device).unwrap();
    while !trainer.is_done() {
        let step = trainer.step();
        let results = block_on(read_back(vec![step])).unwrap();
        trainer.record(results).unwrap();
    }
    let engine = trainer.engine.clone();
    let result = block_on(evaluate(engine, &trainer.model(), &trainer.data.test)).unwrap();
    let accuracy = result.accuracy();
    assert!(
        accuracy >= 0.95,
        "accuracy on held-out digits is {accuracy}"
    );
}
