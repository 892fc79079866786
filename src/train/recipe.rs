//! Recipes: how a preset is trained.

use serde::{Deserialize, Serialize};

use crate::config::VitConfig;
use crate::data::augment::Augment;
use crate::error::{Error, Result};
use crate::schema;

/// Every hyperparameter of training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Images per step.
    pub batch: usize,
    /// Passes over the training images.
    pub epochs: usize,
    pub optimizer: Optimizer,
    /// Highest learning rate.
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Steps in which the learning rate rises from 0 to its highest.
    pub warmup: usize,
    /// Decay rates of Adam's first and second moments.
    pub betas: [f64; 2],
    /// Added to the root of Adam's second moment.
    pub eps: f64,
    /// The weight decay; its meaning depends on the optimiser.
    pub weight_decay: f64,
    /// Bound on the norm of all gradients together.
    pub clip_norm: Option<f64>,
    /// Share of the target probability that is spread over all classes.
    pub label_smoothing: f32,
    /// Random changes to training images.
    pub augment: Option<Augment>,
    /// Decides fresh weights, the order of images, augmentation and dropout.
    pub seed: u64,
}

/// The way weights decay; without weight decay both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Optimizer {
    /// Kingma and Ba, 2015. Weight decay is added to the gradient, as by PyTorch's `Adam`.
    Adam,
    /// Loshchilov and Hutter, 2019. Each step shrinks the weights by weight decay times the
    /// learning rate.
    AdamW,
}

/// The course of the learning rate after the warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    Constant,
    /// Half a cosine down to 0 at the last step.
    Cosine,
}

impl Recipe {
    /// The published recipe: Adam at 1e-4.
    pub fn published() -> Self {
        Self {
            batch: 128,
            epochs: 10,
            optimizer: Optimizer::Adam,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            warmup: 0,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            clip_norm: None,
            label_smoothing: 0.0,
            augment: None,
            seed: 1,
        }
    }

    /// The recipe of the default preset.
    pub fn accurate() -> Self {
        Self {
            epochs: 12,
            optimizer: Optimizer::AdamW,
            learning_rate: 2e-3,
            schedule: Schedule::Cosine,
            warmup: 500,
            weight_decay: 0.05,
            clip_norm: Some(1.0),
            label_smoothing: 0.05,
            augment: Some(Augment::default()),
            ..Self::published()
        }
    }

    /// The recipe of the quick preset.
    pub fn quick() -> Self {
        Self {
            batch: 64,
            epochs: 7,
            learning_rate: 5e-3,
            warmup: 100,
            label_smoothing: 0.0,
            augment: None,
            ..Self::accurate()
        }
    }

    /// The recipe that goes with a preset of [`VitConfig`](crate::VitConfig).
    ///
    /// # Errors
    /// [`Error::UnknownPreset`]
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "default" => Ok(Self::accurate()),
            "reference" => Ok(Self::published()),
            "quick" => Ok(Self::quick()),
            _ => Err(Error::UnknownPreset {
                name: name.into(),
                known: &VitConfig::PRESETS,
            }),
        }
    }

    /// Checks that a run like this can be made.
    ///
    /// # Errors
    /// [`Error::Config`] names the field, its value and what it should be.
    pub fn validate(&self) -> Result<()> {
        for (field, value) in [
            ("batch", self.batch as f64),
            ("epochs", self.epochs as f64),
            ("warmup", self.warmup as f64),
            ("seed", self.seed as f64),
            ("learning_rate", self.learning_rate),
            ("betas[0]", self.betas[0]),
            ("betas[1]", self.betas[1]),
            ("eps", self.eps),
            ("weight_decay", self.weight_decay),
            ("label_smoothing", self.label_smoothing.into()),
        ] {
            schema::check(field, value)?;
        }
        if let Some(clip_norm) = self.clip_norm {
            schema::check("clip_norm", clip_norm)?;
        }
        self.augment.map_or(Ok(()), |augment| augment.validate())
    }

    /// The learning rate of a step, of which there are `steps` in all, counted from 0.
    pub fn learning_rate(&self, step: usize, steps: usize) -> f64 {
        if step < self.warmup {
            return self.learning_rate * (step + 1) as f64 / self.warmup as f64;
        }
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine => {
                let falling = steps.saturating_sub(self.warmup).max(1) as f64;
                let progress = (step - self.warmup) as f64 / falling;
                let cosine = (std::f64::consts::PI * progress.min(1.0)).cos();
                self.learning_rate * (1.0 + cosine) / 2.0
            }
        }
    }
}
