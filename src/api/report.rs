//! Reports of a run to JavaScript.

use js_sys::{Array, Float32Array, Uint8Array, Uint32Array};
use wasm_bindgen::JsValue;

use super::data::data_info;
use super::object::{object, set, to_js};
use crate::data::idx::Dataset;
use crate::train::{
    Checkpoint, Evaluation, HeldOut, History, Mistake, Recipe, StepResult, Trainer,
};

/// `Position`
pub fn position(trainer: &Trainer) -> JsValue {
    position_at(
        trainer.recorded(),
        trainer.steps_per_epoch(),
        &trainer.recipe,
    )
}

fn position_at(step: usize, per_epoch: usize, recipe: &Recipe) -> JsValue {
    let steps = per_epoch.saturating_mul(recipe.epochs);
    object(&[
        ("step", step.into()),
        ("steps", steps.into()),
        ("epoch", (step / per_epoch).into()),
        ("epochs", recipe.epochs.into()),
        ("stepsPerEpoch", per_epoch.into()),
        ("learningRate", recipe.learning_rate(step, steps).into()),
        ("done", (step >= steps).into()),
    ])
}

/// `StepStats`, of steps that the trainer is about to record.
pub fn steps(results: &[StepResult], trainer: &Trainer, milliseconds: f64) -> JsValue {
    let step = trainer.recorded() + results.len();
    let stats = position_at(step, trainer.steps_per_epoch(), &trainer.recipe);
    let (recipe, steps) = (&trainer.recipe, trainer.steps());
    let rate = |result: &StepResult| recipe.learning_rate(result.index, steps) as f32;
    let images: usize = results.iter().map(|result| result.images).sum();
    set(&stats, "losses", floats(results.iter().map(|r| r.loss)));
    set(
        &stats,
        "accuracies",
        floats(results.iter().map(|r| r.accuracy)),
    );
    set(&stats, "learningRates", floats(results.iter().map(rate)));
    set(&stats, "images", images.into());
    set(&stats, "milliseconds", milliseconds.into());
    stats
}

/// `Evaluation`
pub fn evaluation(set: HeldOut, step: usize, found: &Evaluation, data: &Dataset) -> JsValue {
    let mistakes: Array = found
        .mistakes
        .iter()
        .map(|each| mistake(each, data))
        .collect();
    object(&[
        ("set", to_js(&set)),
        ("step", step.into()),
        ("images", found.images.into()),
        ("loss", found.loss.into()),
        ("accuracy", found.accuracy().into()),
        (
            "confusion",
            Uint32Array::from(found.confusion.as_slice()).into(),
        ),
        ("mistakes", mistakes.into()),
    ])
}

fn mistake(found: &Mistake, data: &Dataset) -> JsValue {
    object(&[
        ("index", found.index.into()),
        ("label", found.label.into()),
        ("digit", found.digit.into()),
        ("probability", found.probability.into()),
        ("loss", found.loss.into()),
        (
            "pixels",
            Uint8Array::from(data.images.image(found.index)).into(),
        ),
    ])
}

/// `History`, of a run of `steps` steps in all.
pub fn history(history: &History, recipe: &Recipe, steps: usize) -> JsValue {
    let done = 0..history.losses.len();
    let rates = done.map(|step| recipe.learning_rate(step, steps) as f32);
    object(&[
        (
            "losses",
            Float32Array::from(history.losses.as_slice()).into(),
        ),
        (
            "accuracies",
            Float32Array::from(history.accuracies.as_slice()).into(),
        ),
        ("learningRates", floats(rates)),
        ("evaluations", to_js(&history.evaluations)),
    ])
}

/// `CheckpointInfo`
pub fn checkpoint(checkpoint: &Checkpoint) -> JsValue {
    let Checkpoint { recipe, step, .. } = checkpoint;
    let per_epoch = checkpoint.data.train.div_ceil(recipe.batch).max(1);
    let steps = per_epoch.saturating_mul(recipe.epochs);
    object(&[
        ("config", to_js(&checkpoint.config)),
        ("recipe", to_js(recipe)),
        ("data", data_info(&checkpoint.data)),
        ("position", position_at(*step, per_epoch, recipe)),
        ("history", history(&checkpoint.history, recipe, steps)),
    ])
}

fn floats(values: impl Iterator<Item = f32>) -> JsValue {
    let values: Vec<f32> = values.collect();
    Float32Array::from(values.as_slice()).into()
}
