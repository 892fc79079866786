//! Settings of a run that a caller chooses.

use wasm_bindgen::prelude::*;

use super::error::wrong_type;
use super::object::{Options, object, to_js};
use crate::config::VitConfig;
use crate::data::augment::Augment;
use crate::engine::cpu::SHARD;
use crate::error::{Error, Result};
use crate::files::Precision;
use crate::schema;
use crate::train::{HeldOut, Recipe};

const PRESET: &str = "default";

/// Model and recipe: a preset, with the caller's changes.
pub fn settings(options: &Options) -> Result<(VitConfig, Recipe)> {
    let preset = options.text("preset", "the name of a preset")?;
    let preset = preset.as_deref().unwrap_or(PRESET);
    let config: VitConfig = options.changed("config", VitConfig::preset(preset)?)?;
    let recipe: Recipe = options.changed("recipe", Recipe::preset(preset)?)?;
    config.check_size()?;
    // On the CPU, which has to do where nothing else does.
    config.check_memory(SHARD)?;
    recipe.validate()?;
    Ok((config, recipe))
}

/// Model and recipe of a preset.
#[wasm_bindgen(unchecked_return_type = "{ config: VitConfig, recipe: Recipe }")]
pub fn preset(
    #[wasm_bindgen(unchecked_param_type = "Preset")] name: &JsValue,
) -> Result<JsValue, JsValue> {
    let wrong = || wrong_type("name", name, "the name of a preset");
    let name = name.as_string().ok_or_else(wrong)?;
    Ok(object(&[
        ("config", to_js(&VitConfig::preset(&name)?)),
        ("recipe", to_js(&Recipe::preset(&name)?)),
    ]))
}

/// Presets, and every hyperparameter with its meaning, limits and choices.
#[wasm_bindgen(unchecked_return_type = "Schema")]
pub fn schema() -> JsValue {
    object(&[
        ("presets", to_js(&schema::PRESETS)),
        (
            "hyperparameters",
            to_js(&schema::HYPERPARAMETERS.as_slice()),
        ),
        ("augment", to_js(&Augment::default())),
    ])
}

/// The number of parameters of a model that can be trained like this. Throws code
/// `invalid-config`, which names the field, for one that can't.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(
    #[wasm_bindgen(
        unchecked_param_type = "Pick<TrainOptions, \"preset\" | \"config\" | \"recipe\">"
    )]
    options: JsValue,
) -> Result<f64, JsValue> {
    let (config, _) = settings(&Options(&options))?;
    Ok(config.parameters() as f64)
}

pub fn held_out(options: &Options) -> Result<HeldOut> {
    let expected = "\"validation\" or \"test\"";
    match options.text("set", expected)?.as_deref() {
        None | Some("validation") => Ok(HeldOut::Validation),
        Some("test") => Ok(HeldOut::Test),
        Some(other) => Err(Error::Argument {
            argument: "set",
            found: format!("{other:?}"),
            expected,
        }),
    }
}

pub fn precision_of(precision: &JsValue) -> Result<Precision> {
    match precision.as_string().as_deref() {
        Some("float16") => Ok(Precision::Float16),
        Some("float32") => Ok(Precision::Float32),
        None if precision.is_undefined() => Ok(Precision::Float32),
        other => Err(Error::Argument {
            argument: "precision",
            found: format!("{other:?}"),
            expected: "\"float32\" or \"float16\"",
        }),
    }
}
