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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_rises_through_the_warm_up_and_falls_to_zero() {
        let recipe = Recipe {
            learning_rate: 1.0,
            schedule: Schedule::Cosine,
            warmup: 10,
            ..Recipe::published()
        };
        let rates: Vec<f64> = (0..=110)
            .map(|step| recipe.learning_rate(step, 110))
            .collect();
        assert_eq!(rates[0], 0.1);
        assert_eq!(rates[9], 1.0);
        assert_eq!(rates[10], 1.0);
        assert!((rates[60] - 0.5).abs() < 1e-12);
        assert!(rates[110].abs() < 1e-12);
        assert!(rates[10..].is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn constant_stays_after_the_warm_up() {
        let recipe = Recipe {
            learning_rate: 1.0,
            warmup: 4,
            ..Recipe::published()
        };
        let rates: Vec<f64> = (0..7).map(|step| recipe.learning_rate(step, 7)).collect();
        assert_eq!(rates, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_run_shorter_than_the_warm_up_has_finite_rates() {
        let recipe = Recipe::accurate();
        assert!((0..20).all(|step| recipe.learning_rate(step, 10).is_finite()));
    }

    #[test]
    fn presets_are_valid_and_survive_json() {
        for name in VitConfig::PRESETS {
            let recipe = Recipe::preset(name).unwrap();
            recipe.validate().unwrap();
            let json = serde_json::to_string(&recipe).unwrap();
            assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
        }
    }

    fn refusal(change: impl FnOnce(&mut Recipe)) -> String {
        let mut recipe = Recipe::accurate();
        change(&mut recipe);
        recipe.validate().unwrap_err().to_string()
    }

    #[test]
    fn refuses_impossible_values_and_names_the_field() {
        let cases = [
            (
                refusal(|r| r.batch = 0),
                "batch is 0, expected between 1 and 4096",
            ),
            (
                refusal(|r| r.learning_rate = f64::NAN),
                "learning_rate is NaN, expected above 0 and at most 1",
            ),
            (
                refusal(|r| r.betas[1] = 1.0),
                "betas[1] is 1, expected at least 0 and below 1",
            ),
            (
                refusal(|r| r.clip_norm = Some(0.0)),
                "clip_norm is 0, expected positive and finite",
            ),
            (
                refusal(|r| r.label_smoothing = 1.5),
                "label_smoothing is 1.5, expected between 0 and 1",
            ),
            (
                refusal(|r| r.seed = 1 << 53),
                "seed is 9007199254740992, expected at most 9007199254740991",
            ),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }
}
