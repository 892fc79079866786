//! Checkpoints.

use std::sync::{Arc, LazyLock};

use flate2::Crc;
use pollster::block_on;
use vitpad::data::idx::{Dataset, Images};
use vitpad::data::training::TrainingData;
use vitpad::engine::engine;
use vitpad::files::Precision;
use vitpad::train::{Checkpoint, EVALUATED, HeldOut, Trainer, evaluate, read_back};
use vitpad::{Result, device};

use super::Outcome;

/// One in so many runs of synthetic digits is gone on with: making their held-out images takes long.
const MADE: u32 = 512;
/// Synthetic images of an epoch: the order of more takes its own memory.
const MOST_IMAGES: usize = 10_000;
/// The images of runs that are not synthetic.
pub static DATA: LazyLock<Arc<TrainingData>> = LazyLock::new(|| Arc::new(images(4)));

/// A few images of this side.
pub fn images(side: usize) -> TrainingData {
    let count = 20;
    let set = Dataset {
        images: Images {
            count,
            rows: side,
            columns: side,
            pixels: (0..count * side * side).map(|at| (at * 37) as u8).collect(),
        },
        labels: (0..count as u8).map(|at| at % 10).collect(),
    };
    TrainingData::from_sets("patterns".into(), set, None, None).expect("enough images")
}

/// Reads a checkpoint, takes its weights, and goes on with its run for a step.
pub fn run(bytes: &[u8]) -> Outcome {
    let checkpoint = Checkpoint::read(bytes)?;
    // Float16 may not hold them.
    let _ = checkpoint.weights_file(Precision::Float16);
    checkpoint.weights_file(Precision::Float32)?;
    let mut data = Some(DATA.clone());
    if checkpoint.data.synthetic_seed.is_some() {
        let mut crc = Crc::new();
        crc.update(bytes);
        if !crc.sum().is_multiple_of(MADE) || checkpoint.data.train > MOST_IMAGES {
            return Ok("synthetic");
        }
        data = None;
    }
    let device = device::cpu().device;
    let batch = checkpoint.recipe.batch.max(EVALUATED);
    let engine = engine(&checkpoint.config, &device, batch);
    let mut trainer = Trainer::resume(checkpoint, data, &device, engine)?;
    go_on(&mut trainer)?;
    Ok("resumed")
}

/// A step, an evaluation, and a checkpoint that can be read again.
pub fn go_on(trainer: &mut Trainer) -> Result<()> {
    let step = trainer.step();
    trainer.record(block_on(read_back(vec![step]))?)?;
    let set = &trainer.data.validation;
    let found = block_on(evaluate(trainer.engine.clone(), &trainer.model(), set))?;
    let step = trainer.step_count();
    trainer.history.record(HeldOut::Validation, step, &found);
    // A step may make weights that are not finite, of which none is written.
    let written = block_on(trainer.snapshot().write())?;
    Checkpoint::read(&written).expect("what is written can be read");
    Ok(())
}
