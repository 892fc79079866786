//! Recipes: how a preset is trained.

use crate::error::{Error, Result};

/// Every hyperparameter of training.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Images per step.
    pub batch: usize,
    /// Passes over the training images.
    pub epochs: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    pub schedule: Schedule,
    /// Decay rates of Adam's first and second moments.
    pub betas: [f64; 2],
    /// Added to the root of Adam's second moment.
    pub eps: f64,
    /// Decoupled weight decay (AdamW), times the learning rate at each step.
    pub weight_decay: f64,
    /// Bound on the norm of all gradients together.
    pub clip_norm: Option<f64>,
    /// Share of the target probability that is spread over all classes.
    pub label_smoothing: f32,
    /// Whether training images are randomly turned, scaled, sheared and shifted.
    pub augment: bool,
    /// Of fresh weights, the order of images, and augmentation.
    pub seed: u64,
}

/// How the learning rate changes from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    Constant,
    /// Linear from 0 for `warmup` steps, then half a cosine down to 0 at the last step.
    Cosine {
        warmup: usize,
    },
}

impl Recipe {
    /// The published recipe: Adam at 1e-4.
    pub fn published() -> Self {
        Self {
            batch: 128,
            epochs: 10,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            clip_norm: None,
            label_smoothing: 0.0,
            augment: false,
            seed: 1,
        }
    }

    /// The recipe of the default preset.
    pub fn accurate() -> Self {
        Self {
            epochs: 12,
            learning_rate: 2e-3,
            schedule: Schedule::Cosine { warmup: 500 },
            weight_decay: 0.05,
            clip_norm: Some(1.0),
            label_smoothing: 0.05,
            augment: true,
            ..Self::published()
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
            _ => Err(Error::UnknownPreset { name: name.into() }),
        }
    }

    /// The learning rate of a step, of which there are `steps` in all, counted from 0.
    pub fn learning_rate(&self, step: usize, steps: usize) -> f64 {
        match self.schedule {
            Schedule::Constant => self.learning_rate,
            Schedule::Cosine { warmup } if step < warmup => {
                self.learning_rate * (step + 1) as f64 / warmup as f64
            }
            Schedule::Cosine { warmup } => {
                let progress = (step - warmup) as f64 / steps.saturating_sub(warmup).max(1) as f64;
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
            schedule: Schedule::Cosine { warmup: 10 },
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
    fn a_run_shorter_than_the_warm_up_has_finite_rates() {
        let recipe = Recipe::accurate();
        assert!((0..20).all(|step| recipe.learning_rate(step, 10).is_finite()));
    }
}
