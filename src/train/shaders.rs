//! The shaders that a run on WebGPU needs, for those who have them compiled ahead.

use super::Recipe;
use super::evaluate::EVALUATED;
use crate::config::VitConfig;
use crate::data::batch;
use crate::data::training::TrainingData;
use crate::kernels::Dropout;
use crate::kernels::gpu::{self, Training};
use crate::model::Layout;

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
    let of = |batch| {
        let training = Training {
            batch,
            dropout: Dropout::new(config.dropout, 0),
            clips: recipe.clip_norm.is_some(),
            picture: stored.and_then(|data| batch::picture(&data.images)),
        };
        gpu::to_train(layout, training)
    };
    let images = data.map_or(recipe.batch, TrainingData::len);
    sizes(images, recipe.batch).flat_map(of).collect()
}

/// For an evaluation on so many images.
pub fn shaders_to_evaluate(config: &VitConfig, images: usize) -> Vec<String> {
    let of = |batch| shaders_to_read(config, batch);
    sizes(images, EVALUATED).flat_map(of).collect()
}

/// Of the batches that so many images make: the last one may be smaller.
fn sizes(images: usize, batch: usize) -> impl Iterator<Item = usize> {
    let sizes = [batch.min(images), images % batch];
    sizes.into_iter().filter(|&size| size > 0)
}

/// For batches of so many images.
pub fn shaders_to_read(config: &VitConfig, batch: usize) -> Vec<String> {
    fitting(config, batch).map_or_else(Vec::new, |layout| gpu::to_read(layout, batch))
}

fn fitting(config: &VitConfig, batch: usize) -> Option<Layout> {
    Some(Layout::of(config)).filter(|layout| layout.takes(batch))
}
