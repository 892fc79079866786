//! The constants of a step of Adam or AdamW.

use super::{Optimizer, Recipe};
use crate::engine::AdamStep;

impl Recipe {
    /// The constants of a step, counted from 1. Computed in float64, as PyTorch does.
    pub fn adam_step(&self, step: usize, learning_rate: f64) -> AdamStep {
        let corrections = self.betas.map(|beta| 1.0 - beta.powf(step as f64));
        let decay = self.weight_decay;
        let (l2, shrink) = match self.optimizer {
            Optimizer::Adam => (decay, 0.0),
            Optimizer::AdamW => (0.0, learning_rate * decay),
        };
        AdamStep {
            betas: self.betas.map(|beta| beta as f32),
            complements: self.betas.map(|beta| (1.0 - beta) as f32),
            eps: self.eps as f32,
            l2: l2 as f32,
            decay: (1.0 - shrink) as f32,
            rate: (learning_rate / corrections[0]) as f32,
            root_scale: corrections[1].sqrt().recip() as f32,
        }
    }
}
