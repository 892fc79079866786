//! The images that a step trains on, and every random choice that a run makes.

use super::Recipe;
use crate::data::augment::{Augment, Change};
use crate::data::training::TrainingData;
use crate::error::Result;
use crate::random::{Purpose, Random};

/// The images that a step trains on, and the changes to them.
pub struct Batch {
    pub epoch: usize,
    /// Indices of training images.
    pub indices: Vec<u32>,
    /// One for each image, or none at all.
    pub changes: Vec<Change>,
}

impl Batch {
    /// Pixels, 0 to 1 and image after image, and labels.
    pub fn read(&self, data: &TrainingData) -> (Vec<f32>, Vec<u8>) {
        let side = data.rows();
        let mut raw = vec![0; side * side];
        let mut pixels = vec![0.0; self.indices.len() * side * side];
        let none = Change::default();
        let images = pixels.chunks_exact_mut(side * side);
        let labels = images
            .zip(&self.indices)
            .enumerate()
            .map(|(at, (out, &index))| {
                let label = data.read(self.epoch, index as usize, &mut raw);
                let change = self.changes.get(at).unwrap_or(&none);
                change.apply_into(&raw, side, out);
                label
            });
        let labels = labels.collect();
        (pixels, labels)
    }

    /// The changes as devices read them: [`Change::numbers`] of each image.
    pub fn change_numbers(&self) -> Vec<f32> {
        let none = Change::default();
        let changes = (0..self.indices.len()).map(|at| self.changes.get(at).unwrap_or(&none));
        changes.flat_map(Change::numbers).collect()
    }
}

/// Draws batches. What it draws depends on the recipe and the step alone, so that a run that is
/// resumed goes on as if it had not been interrupted.
pub struct Sampler {
    /// The images of `epoch` in the order of training.
    order: Vec<u32>,
    epoch: Option<usize>,
}

fn generator(recipe: &Recipe, purpose: Purpose, index: usize) -> Random {
    Random::new(recipe.seed, purpose, index as u64)
}

/// Decides what a step drops.
pub fn dropout_seed(recipe: &Recipe, step: usize) -> u64 {
    generator(recipe, Purpose::Dropout, step).long()
}

impl Sampler {
    pub fn new() -> Self {
        Self {
            order: Vec::new(),
            epoch: None,
        }
    }

    /// The batch of a step, counted from 0. The last one of an epoch may be smaller.
    pub fn batch(&mut self, recipe: &Recipe, data: &TrainingData, step: usize) -> Batch {
        let per_epoch = data.len().div_ceil(recipe.batch);
        let epoch = step / per_epoch;
        self.shuffle(recipe, data.len(), epoch);
        let start = (step % per_epoch) * recipe.batch;
        let end = (start + recipe.batch).min(data.len());
        let mut random = generator(recipe, Purpose::Augmentation, step);
        let indices = self.order[start..end].to_vec();
        let changes = match &recipe.augment {
            Some(augment) => indices.iter().map(|_| augment.draw(&mut random)).collect(),
            None => Vec::new(),
        };
        Batch {
            epoch,
            indices,
            changes,
        }
    }

    fn shuffle(&mut self, recipe: &Recipe, count: usize, epoch: usize) {
        if self.epoch == Some(epoch) {
            return;
        }
        self.order = (0..count as u32).collect();
        generator(recipe, Purpose::Order, epoch).shuffle(&mut self.order);
        self.epoch = Some(epoch);
    }
}

/// `count` training images and their labels, the same for the same seed; with `augment`, as a
/// run might see them. 0 is paper, 255 is ink.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) for augmentation that can't be.
pub fn preview(
    data: &TrainingData,
    count: usize,
    seed: u64,
    augment: Option<Augment>,
) -> Result<(Vec<u8>, Vec<u8>)> {
    augment.map_or(Ok(()), |augment| augment.validate())?;
    // Its batch may be larger than any step's.
    let recipe = Recipe {
        batch: count.clamp(1, data.len()),
        augment,
        seed,
        ..Recipe::published()
    };
    let (pixels, labels) = Sampler::new().batch(&recipe, data, 0).read(data);
    let bytes = pixels.iter().map(|value| (value * 255.0).round() as u8);
    Ok((bytes.collect(), labels))
}
