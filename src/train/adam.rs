//! Adam and AdamW.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor};

use super::{Optimizer, Recipe};
use crate::kernels::AdamStep;
use crate::kernels::adam::{Parameter, Update};
use crate::kernels::gpu;
use crate::vit::{Model, Vit};

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
    /// As it was after so many steps on the model, from models that hold the moments instead of
    /// parameters; without any, from the start.
    pub(super) fn resumed(
        step: usize,
        model: &Model,
        moments: Option<[Vit; 2]>,
        device: &Device,
    ) -> Self {
        let moments = moments.map(|[first, second]| match model {
            Model::Layers(vit) => {
                let ids = vit.flat().into_iter().map(|(id, _)| id);
                let pairs = first.flat().into_iter().zip(second.flat());
                let moments = pairs.map(|((_, first), (_, second))| Moments {
                    first: first.to_device(device),
                    second: second.to_device(device),
                });
                ids.zip(moments).collect()
            }
            Model::Packed(packed) => {
                let [first, second] = [first, second].map(|vit| packed.pack(&vit, device));
                HashMap::from([(packed.parameters.id, Moments { first, second })])
            }
        });
        Self {
            step,
            moments: moments.unwrap_or_default(),
        }
    }

    /// Begins an update, on the model's device.
    pub fn begin(&mut self, learning_rate: f64, recipe: &Recipe, device: &Device) -> Update {
        self.step += 1;
        Update::new(self.numbers(learning_rate, recipe), device)
    }

    /// The model after the update with these gradients, whose norm `bound` limits.
    pub fn finish(
        &mut self,
        update: Update,
        model: Model,
        gradients: &mut Gradients,
        bound: Option<f64>,
    ) -> Model {
        let scale = bound.and_then(|bound| match &model {
            Model::Layers(vit) => Some(clip_scale(vit, gradients, bound)),
            Model::Packed(packed) => {
                let gradient = packed.parameters.val().grad(gradients)?;
                Some(gpu::clip_scale(gradient, bound))
            }
        });
        let mut mapper = Mapper {
            update: match scale {
                Some(scale) => update.scaled(scale),
                None => update,
            },
            moments: &mut self.moments,
            gradients,
        };
        match model {
            Model::Layers(vit) => Model::Layers(vit.map(&mut mapper)),
            Model::Packed(packed) => Model::Packed(packed.map(&mut mapper)),
        }
    }

    /// Computed in float64, as PyTorch does.
    fn numbers(&self, learning_rate: f64, recipe: &Recipe) -> AdamStep {
        let corrections = recipe.betas.map(|beta| 1.0 - beta.powf(self.step as f64));
        let decay = recipe.weight_decay;
        let (l2, shrink) = match recipe.optimizer {
            Optimizer::Adam => (decay, 0.0),
            Optimizer::AdamW => (0.0, learning_rate * decay),
        };
        AdamStep {
            betas: recipe.betas.map(|beta| beta as f32),
            complements: recipe.betas.map(|beta| (1.0 - beta) as f32),
            eps: recipe.eps as f32,
            l2: l2 as f32,
            decay: (1.0 - shrink) as f32,
            rate: (learning_rate / corrections[0]) as f32,
            root_scale: corrections[1].sqrt().recip() as f32,
        }
    }
}

struct Mapper<'a> {
    update: Update,
    moments: &'a mut HashMap<ParamId, Moments>,
    gradients: &'a mut Gradients,
}

impl ModuleMapper for Mapper<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let id = param.id;
        param.map(|value| match value.grad_remove(self.gradients) {
            None => value,
            Some(gradient) => {
                let shape = value.shape();
                let gradient = gradient.flatten(0, D - 1);
                let moments = self.moments.remove(&id).unwrap_or_else(|| Moments {
                    first: gradient.zeros_like(),
                    second: gradient.zeros_like(),
                });
                let parameter = Parameter {
                    value: value.inner().flatten(0, D - 1),
                    moments: [moments.first, moments.second],
                };
                let Parameter { value, moments } = self.update.apply(parameter, gradient);
                let [first, second] = moments;
                self.moments.insert(id, Moments { first, second });
                Tensor::from_inner(value.reshape(shape)).require_grad()
            }
        })
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
