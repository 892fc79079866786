//! The shaders that a job on WebGPU needs, for those who have them compiled ahead.

use crate::config::VitConfig;
use crate::data::batch::{DEVIATION, MEAN};
use crate::data::training::TrainingData;
use crate::engine::Normalization;
use crate::engine::webgpu::{self, Training};
use crate::model::{Dropout, Layout};
use crate::train::{EVALUATED, Recipe};

/// For steps. Empty where the model is computed with burn's operations.
pub fn shaders_to_train(
    config: &VitConfig,
    recipe: &Recipe,
    data: Option<&TrainingData>,
) -> Vec<String> {
    let Some(layout) = fitting(config, recipe.batch) else {
        return Vec::new();
    };
    let stored = data.and_then(TrainingData::stored);
    let gathers = stored.is_some_and(|data| webgpu::stores(data.images.pixels.len()));
    let of = |batch| {
        let training = Training {
            batch,
            dropout: Dropout::new(config.dropout, 0),
            clips: recipe.clip_norm.is_some(),
            gathers: gathers.then_some(Normalization {
                mean: MEAN,
                deviation: DEVIATION,
            }),
        };
        webgpu::to_train(layout, training)
    };
    let images = data.map_or(recipe.batch, TrainingData::len);
    sizes(images, recipe.batch).flat_map(of).collect()
}

/// For an evaluation on so many images.
pub fn shaders_to_evaluate(config: &VitConfig, images: usize) -> Vec<String> {
    let of = |batch| shaders_to_infer(config, batch);
    sizes(images, EVALUATED).flat_map(of).collect()
}

/// Sizes of the batches that so many images make: the last one may be smaller.
fn sizes(images: usize, batch: usize) -> impl Iterator<Item = usize> {
    let sizes = [batch.min(images), images % batch];
    sizes.into_iter().filter(|&size| size > 0)
}

/// For batches of so many images.
pub fn shaders_to_infer(config: &VitConfig, batch: usize) -> Vec<String> {
    fitting(config, batch).map_or_else(Vec::new, |layout| webgpu::to_infer(layout, batch))
}

fn fitting(config: &VitConfig, batch: usize) -> Option<Layout> {
    Some(Layout::of(config)).filter(|layout| layout.takes(batch))
}
