//! The engine that runs `model.rs` as it stands, on burn's operations and by its autodiff: the oracle
//! of the others, and what computes where they can't.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use super::{AdamState, AdamStep, Batch, Engine, Gradient, Update};
use crate::model::VisionTransformer;

/// Computes every model on every device.
#[derive(Clone, Copy, Debug)]
pub struct Reference;

impl Engine for Reference {
    fn logits(&self, model: &VisionTransformer, images: Tensor<4>) -> Tensor<2> {
        model.forward(images)
    }

    fn gradient(&self, model: &VisionTransformer, batch: Batch) -> Gradient {
        let parameters = Tensor::from_inner(model.parameters.clone()).require_grad();
        let tracked = VisionTransformer {
            config: model.config.clone(),
            parameters: parameters.clone(),
        };
        let images = batch.input.images().autodiff();
        let logits = tracked.trace(images, batch.dropout).logits;
        let loss = cross_entropy(logits.clone(), batch.targets.autodiff());
        let gradient = parameters.grad(&loss.backward());
        Gradient {
            loss: loss.inner(),
            logits: logits.inner(),
            parameters: gradient.expect("the logits depend on the parameters"),
        }
    }

    fn update(&self, state: AdamState, gradient: Tensor<1>, update: &Update) -> AdamState {
        let AdamStep {
            betas,
            complements,
            eps,
            l2,
            decay,
            rate,
            root_scale,
        } = update.step;
        let AdamState {
            parameters,
            moments: [first, second],
        } = state;
        let gradient = match update.clip_norm {
            Some(clip_norm) => gradient.clone() * clip_scale(gradient, clip_norm),
            None => gradient,
        };
        let gradient = gradient + parameters.clone() * l2;
        let first = first * betas[0] + gradient.clone() * complements[0];
        let second = second * betas[1] + gradient.clone() * gradient * complements[1];
        let root = second.clone().sqrt() * root_scale + eps;
        AdamState {
            parameters: parameters * decay - first.clone() / root * rate,
            moments: [first, second],
        }
    }
}

/// Cross-entropy of softmax(logits) against target distributions, averaged over the batch.
///
/// # Shapes
/// - logits, targets: `[batch, classes]`
/// - output: `[1]`
fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let batch = logits.dims()[0] as f64;
    (log_softmax(logits, 1) * targets).sum() * (-1.0 / batch)
}

/// `[1]`, the factor of at most 1 that brings the gradient's norm down to `clip_norm`.
fn clip_scale(gradient: Tensor<1>, clip_norm: f64) -> Tensor<1> {
    let squared = (gradient.clone() * gradient).sum();
    // As PyTorch: 1e-6 keeps a gradient of zero from dividing by zero.
    ((squared.sqrt() + 1e-6).recip() * clip_norm).clamp_max(1.0)
}
