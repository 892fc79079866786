//! Adam and AdamW.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Gradients, Tensor};

use super::Recipe;
use crate::vit::Vit;

/// AdamW (Loshchilov and Hutter, 2019); without weight decay it is Adam (Kingma and Ba, 2015).
///
/// Its moments are plain tensors on the model's device.
pub struct Adam {
    /// Updates made so far.
    pub step: i32,
    moments: HashMap<ParamId, Moments>,
}

/// Running means of the gradient and of its square, flattened.
struct Moments {
    first: Tensor<1>,
    second: Tensor<1>,
}

impl Adam {
    #[expect(
        clippy::new_without_default,
        reason = "an optimiser is made for one run"
    )]
    pub fn new() -> Self {
        Self {
            step: 0,
            moments: HashMap::new(),
        }
    }

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
                let delta = self.delta(id, gradient.flatten(0, D - 1)).reshape(shape);
                let kept = 1.0 - self.learning_rate * self.recipe.weight_decay;
                Tensor::from_inner(value.inner() * kept - delta).require_grad()
            }
        })
    }
}

impl Update<'_> {
    /// What to subtract from the flattened parameter.
    fn delta(&mut self, id: ParamId, gradient: Tensor<1>) -> Tensor<1> {
        let gradient = match &self.scale {
            Some(scale) => gradient * scale.clone(),
            None => gradient,
        };
        let [beta1, beta2] = self.recipe.betas;
        let Moments { first, second } = self.adam.moments.remove(&id).unwrap_or_else(|| Moments {
            first: gradient.zeros_like(),
            second: gradient.zeros_like(),
        });
        let first = first * beta1 + gradient.clone() * (1.0 - beta1);
        let second = second * beta2 + gradient.clone() * gradient * (1.0 - beta2);
        let correction1 = 1.0 - beta1.powi(self.adam.step);
        let correction2 = 1.0 - beta2.powi(self.adam.step);
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
