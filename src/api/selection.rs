//! The device for a run.

use wasm_bindgen::JsValue;

use super::classifier::adapter_for;
use super::pipelines;
use crate::data::training::TrainingData;
use crate::device::Request;
use crate::model::VisionTransformer;
use crate::select::{Chosen, Purpose, select, shaders_to_train};
use crate::train::Recipe;

/// The device and engine for a run, with the shaders of a step compiled.
pub async fn select_for(
    request: Request,
    model: &VisionTransformer,
    recipe: &Recipe,
    data: Option<&TrainingData>,
) -> Result<Chosen, JsValue> {
    let adapter = adapter_for(request).await;
    let shaders = || shaders_to_train(&model.config, recipe, data);
    pipelines::open(request, &adapter, shaders).await;
    let purpose = purpose_of(recipe, data);
    Ok(select(request, adapter, purpose, model).await?)
}

/// The purpose of a run's device.
pub fn purpose_of(recipe: &Recipe, data: Option<&TrainingData>) -> Purpose {
    Purpose::Training {
        batch: recipe.batch,
        gathers: data.is_some_and(|data| data.stored().is_some()),
        clips: recipe.clip_norm.is_some(),
    }
}
