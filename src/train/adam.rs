//! Adam and AdamW.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Gradients, Tensor};

use super::{Optimizer, Recipe};
use crate::vit::Vit;

/// Adam or AdamW, as the [`Recipe`] says.
///
/// Its moments are plain tensors on the model's device; clones share them.
#[derive(Clone, Default)]
pub struct Adam {
    /// Updates made so far.
    pub step: usize,
    pub moments: HashMap<ParamId, Moments>,
}

/// Running means of a parameter's gradient and of its square, flattened.
#[derive(Clone)]
pub struct Moments {
    pub first: Tensor<1>,
    pub second: Tensor<1>,
}

impl Adam {
    /// The model after one update with these gradients.
    pub fn update(
        &mut self,
        model: Vit,
        gradients: &mut Gradients,
        learning_rate: f64,
        recipe: &Recipe,
    ) -> Vit {
        self.step += 1;
        let scale = recipe
            .clip_norm
            .map(|bound| clip_scale(&model, gradients, bound));
        model.map(&mut Update {
            adam: self,
            gradients,
            learning_rate,
            recipe,
            scale,
        })
    }
}

struct Update<'a> {
    adam: &'a mut Adam,
    gradients: &'a mut Gradients,
    learning_rate: f64,
    recipe: &'a Recipe,
    /// `[1]`, what to multiply gradients with.
    scale: Option<Tensor<1>>,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let id = param.id;
        param.map(|value| match value.grad_remove(self.gradients) {
            None => value,
            Some(gradient) => {
                let shape = value.shape();
                let value = value.inner().flatten(0, D - 1);
                let gradient = gradient.flatten(0, D - 1);
                let updated = self.updated(id, value, gradient);
                Tensor::from_inner(updated.reshape(shape)).require_grad()
            }
        })
    }
}

impl Update<'_> {
    /// The flattened parameter after the update.
    fn updated(&mut self, id: ParamId, value: Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        let gradient = match &self.scale {
            Some(scale) => gradient * scale.clone(),
            None => gradient,
        };
        let decay = self.recipe.weight_decay;
        if decay == 0.0 {
            let delta = self.delta(id, gradient);
            return value - delta;
        }
        match self.recipe.optimizer {
            Optimizer::Adam => {
                let delta = self.delta(id, gradient + value.clone() * decay);
                value - delta
            }
            Optimizer::AdamW => {
                let delta = self.delta(id, gradient);
                value * (1.0 - self.learning_rate * decay) - delta
            }
        }
    }

    /// What Adam subtracts from the flattened parameter.
    fn delta(&mut self, id: ParamId, gradient: Tensor<1>) -> Tensor<1> {
        let [beta1, beta2] = self.recipe.betas;
        let Moments { first, second } = self.adam.moments.remove(&id).unwrap_or_else(|| Moments {
            first: gradient.zeros_like(),
            second: gradient.zeros_like(),
        });
        let first = first * beta1 + gradient.clone() * (1.0 - beta1);
        let second = second * beta2 + gradient.clone() * gradient * (1.0 - beta2);
        let step = self.adam.step as f64;
        let correction1 = 1.0 - beta1.powf(step);
        let correction2 = 1.0 - beta2.powf(step);
        let root = second.clone().sqrt() * correction2.sqrt().recip() + self.recipe.eps;
        let delta = first.clone() / root * (self.learning_rate / correction1);
        self.adam.moments.insert(id, Moments { first, second });
        delta
    }
}

/// The factor, at most 1, that brings the norm of all gradients together down to `bound`.
fn clip_scale(model: &Vit, gradients: &Gradients, bound: f64) -> Tensor<1> {
    struct SquaredNorm<'a> {
        gradients: &'a Gradients,
        sum: Option<Tensor<1>>,
    }
    impl ModuleVisitor for SquaredNorm<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let Some(gradient) = param.val().grad(self.gradients) else {
                return;
            };
            let square = (gradient.clone() * gradient).sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + square,
                None => square,
            });
        }
    }
    let mut norm = SquaredNorm {
        gradients,
        sum: None,
    };
    model.visit(&mut norm);
    let squared = norm.sum.expect("the model has parameters");
    // As PyTorch: 1e-6 keeps a gradient of zero from dividing by zero.
    ((squared.sqrt() + 1e-6).recip() * bound).clamp_max(1.0)
}
