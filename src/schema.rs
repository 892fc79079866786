//! The settings of a model and of its training: for each hyperparameter its meaning, its limits and
//! its choices. Validation goes by this table, and so does the form of the training page.

use serde::Serialize;

use crate::error::{Expected, Result, require};

/// A hyperparameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hyperparameter {
    /// As in configurations and in messages: `width`, `betas[0]`, `augment.shear`.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    /// Its unit, or a word on what it does; may be empty.
    pub hint: &'static str,
    pub group: Group,
    #[serde(flatten)]
    pub limits: Limits,
    /// Whether there may be none.
    pub optional: bool,
    /// Values that a form offers, where others make little sense.
    pub offered: &'static [u64],
}

/// The group that a hyperparameter belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The model, and decided by the data.
    Data,
    /// The model.
    Config,
    /// Training: what everybody chooses.
    Basic,
    /// Training.
    Recipe,
    /// Training: changes to images.
    Augment,
}

/// The values that there may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Limits {
    Whole {
        least: u64,
        most: u64,
    },
    Number {
        least: f64,
        /// None is finite.
        most: Option<f64>,
        /// Whether `least` itself is too little.
        above: bool,
        /// Whether `most` itself is too much.
        below: bool,
    },
    /// Values, and what people call them.
    Choice {
        choices: &'static [[&'static str; 2]],
    },
}

/// Presets, and what people call them.
pub const PRESETS: [[&str; 2]; 3] = [
    ["default", "Default, accurate"],
    ["reference", "Reference, as published"],
    ["quick", "Quick, learns in a minute"],
];

/// Far above any model that fits a browser tab, far below what overflows on wasm's 32 bits.
const MAX_SIZE: u64 = 16_384;
/// A confusion matrix of so many takes 4 MB.
const MAX_CLASSES: u64 = 1_000;
/// The largest integer that JavaScript's numbers hold exactly.
const MAX_SEED: u64 = (1 << 53) - 1;

use Group::*;

#[rustfmt::skip]
pub const HYPERPARAMETERS: [Hyperparameter; 33] = [
    whole("image_size", "Image size", "pixels", Data, 1, MAX_SIZE),
    whole("channels", "Channels", "", Data, 1, MAX_SIZE),
    whole("classes", "Classes", "", Data, 1, MAX_CLASSES),

    whole("width", "Width", "values per token", Config, 1, MAX_SIZE),
    whole("heads", "Heads", "", Config, 1, MAX_SIZE),
    whole("layers", "Layers", "", Config, 1, MAX_SIZE),
    whole("hidden", "Hidden width", "of the MLP", Config, 1, MAX_SIZE),
    between("dropout", "Dropout", "", Config, 0.0, 1.0).excluding_most(),
    whole("patch_size", "Patch size", "pixels", Config, 1, MAX_SIZE).offering(&[2, 4, 7, 14, 28]),
    choice("norm", "Layer norm", Config, &[["pre", "before (pre)"], ["post", "after (post)"]]),
    choice("activation", "Activation", Config, &[["gelu", "GELU"], ["relu", "ReLU"]]),
    finite("layer_norm_eps", "Layer norm epsilon", "", Config).excluding_least(),
    finite("embedding_std", "Embedding deviation", "of fresh positions", Config),

    whole("batch", "Batch size", "", Basic, 1, 4_096),
    whole("epochs", "Epochs", "", Basic, 1, 10_000),
    whole("seed", "Seed", "", Basic, 0, MAX_SEED),

    choice("optimizer", "Optimiser", Recipe, &[["adam", "Adam"], ["adamw", "AdamW"]]),
    between("learning_rate", "Learning rate", "", Recipe, 0.0, 1.0).excluding_least(),
    choice("schedule", "Schedule", Recipe, &[["constant", "Constant"], ["cosine", "Cosine to 0"]]),
    whole("warmup", "Warm-up", "steps", Recipe, 0, 1_000_000),
    between("betas[0]", "Beta 1", "", Recipe, 0.0, 1.0).excluding_most(),
    between("betas[1]", "Beta 2", "", Recipe, 0.0, 1.0).excluding_most(),
    finite("eps", "Epsilon", "", Recipe).excluding_least(),
    between("weight_decay", "Weight decay", "", Recipe, 0.0, 1.0),
    finite("clip_norm", "Clip gradients at", "empty: not", Recipe).excluding_least().optional(),
    between("label_smoothing", "Label smoothing", "", Recipe, 0.0, 1.0),

    choice("augment", "Change images", Augment, &[["on", "On"], ["off", "Off"]]),
    between("augment.rotation", "Rotation", "degrees", Augment, 0.0, 180.0),
    between("augment.scale", "Scale", "share of the size", Augment, 0.0, 0.9),
    between("augment.shear", "Shear", "pixels per row", Augment, 0.0, 1.0),
    between("augment.shift", "Shift", "pixels", Augment, 0.0, 28.0),
    between("augment.elastic", "Elastic bend", "pixels", Augment, 0.0, 28.0),
    between("augment.thickness", "Thickness", "0 to 1", Augment, 0.0, 1.0),
];

/// Checks a number against the table.
///
/// # Errors
/// [`Error::Config`](crate::Error::Config) names the field, its value and what it should be.
///
/// # Panics
/// If the table has no number of that name.
pub fn check(name: &'static str, value: f64) -> Result<()> {
    let entry = HYPERPARAMETERS.iter().find(|each| each.name == name);
    let limits = entry.expect("a hyperparameter").limits;
    require(limits.contain(value), name, value, limits.expected())
}

impl Limits {
    fn contain(&self, value: f64) -> bool {
        match *self {
            Self::Whole { least, most } => (least as f64..=most as f64).contains(&value),
            Self::Number {
                least,
                most,
                above,
                below,
            } => {
                let most = most.unwrap_or(f64::from(f32::MAX));
                // Devices compute in float32, where the smallest numbers are 0.
                let rounded = f64::from(value as f32);
                value >= least
                    && value <= most
                    && !(above && rounded == least)
                    && !(below && value == most)
            }
            Self::Choice { .. } => panic!("a choice is no number"),
        }
    }

    fn expected(&self) -> Expected {
        match *self {
            Self::Whole { least: 0, most } => Expected::AtMost { most: most as f64 },
            Self::Whole { least, most } => Expected::Between {
                least: least as f64,
                most: most as f64,
            },
            Self::Number {
                most: None, above, ..
            } => match above {
                true => Expected::Positive,
                false => Expected::NotNegative,
            },
            Self::Number {
                least,
                most: Some(most),
                above,
                below,
            } => match (above, below) {
                (false, false) => Expected::Between { least, most },
                (true, false) => Expected::Above { least, most },
                (false, true) => Expected::Below { least, most },
                (true, true) => Expected::Inside { least, most },
            },
            Self::Choice { .. } => panic!("a choice is no number"),
        }
    }
}

impl Hyperparameter {
    const fn excluding_least(mut self) -> Self {
        if let Limits::Number { above, .. } = &mut self.limits {
            *above = true;
        }
        self
    }

    const fn excluding_most(mut self) -> Self {
        if let Limits::Number { below, .. } = &mut self.limits {
            *below = true;
        }
        self
    }

    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    const fn offering(mut self, offered: &'static [u64]) -> Self {
        self.offered = offered;
        self
    }
}

const fn of(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    group: Group,
    limits: Limits,
) -> Hyperparameter {
    Hyperparameter {
        name,
        label,
        hint,
        group,
        limits,
        optional: false,
        offered: &[],
    }
}

const fn whole(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    group: Group,
    least: u64,
    most: u64,
) -> Hyperparameter {
    of(name, label, hint, group, Limits::Whole { least, most })
}

const fn between(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    group: Group,
    least: f64,
    most: f64,
) -> Hyperparameter {
    let limits = Limits::Number {
        least,
        most: Some(most),
        above: false,
        below: false,
    };
    of(name, label, hint, group, limits)
}

/// From 0 on.
const fn finite(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    group: Group,
) -> Hyperparameter {
    let limits = Limits::Number {
        least: 0.0,
        most: None,
        above: false,
        below: false,
    };
    of(name, label, hint, group, limits)
}

const fn choice(
    name: &'static str,
    label: &'static str,
    group: Group,
    choices: &'static [[&'static str; 2]],
) -> Hyperparameter {
    of(name, label, "", group, Limits::Choice { choices })
}
