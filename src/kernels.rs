//! The model's operations: as fused kernels, and as compositions of burn's operations.
//!
//! Each function takes the kernel where the tensors' device has one ([`fused`]), and composes
//! burn's operations elsewhere ([`plain`]). Both compute the same, gradients included;
//! `tests/kernels` holds them to each other. A kernel saves what a composition costs: a pass over
//! memory for each operation, a copy for each change of layout, and activations that are kept for
//! the backward pass. The CPU and WebGPU share the operations that read, compute the loss and update
//! parameters; in training the CPU goes layer by layer, WebGPU takes the model as a whole ([`gpu`]).

pub mod adam;
pub mod cpu;
pub mod dropout;
mod fused;
pub mod gpu;
pub mod plain;

pub use adam::AdamStep;
pub use dropout::Dropout;
pub use fused::unfused;

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use crate::config::Activation;
use crate::model::Layout;
use fused::{Fused, FusedLoss, FusedReading, is_fused, reads_fused, trains_fused};

/// x · weight + bias.
///
/// # Shapes
/// - x: `[.., inputs]`
/// - weight: `[inputs, outputs]`, bias: `[outputs]`
/// - output: `[.., outputs]`
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<D> {
    if !is_fused(&x) {
        return plain::linear(x, weight, bias);
    }
    let [x, weight, bias] = [
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
    ];
    Tensor::from_dispatch(Dispatch::linear(x, weight, bias))
}

/// The two linear layers of an MLP, and what is between them.
pub struct MlpLayers {
    /// `[width, hidden]`
    pub weight1: Tensor<2>,
    /// `[hidden]`
    pub bias1: Tensor<1>,
    /// `[hidden, width]`
    pub weight2: Tensor<2>,
    /// `[width]`
    pub bias2: Tensor<1>,
    pub activation: Activation,
    /// Of the activations.
    pub dropout: Dropout,
}

/// Linear, activation, dropout, linear, on each token alone.
///
/// # Shapes
/// - x: `[batch, tokens, width]`
/// - output: `[batch, tokens, width]`
pub fn mlp(x: Tensor<3>, layers: MlpLayers) -> Tensor<3> {
    if !is_fused(&x) {
        return plain::mlp(x, layers);
    }
    Tensor::from_dispatch(Dispatch::mlp(
        x.into_dispatch(),
        layers.weight1.into_dispatch(),
        layers.bias1.into_dispatch(),
        layers.weight2.into_dispatch(),
        layers.bias2.into_dispatch(),
        layers.activation,
        layers.dropout,
    ))
}

/// Multi-head self-attention within each image: softmax(q · kᵀ / √head_width) · v per head, where
/// probabilities are dropped after the softmax, as by PyTorch. Only the first `queries` tokens are
/// asked for.
///
/// # Shapes
/// - packed: `[batch, tokens, 3 · width]`, queries, keys and values side by side
/// - output: `[batch, queries, width]`, heads side by side
pub fn attention(packed: Tensor<3>, heads: usize, queries: usize, dropout: Dropout) -> Tensor<3> {
    if !is_fused(&packed) {
        return plain::attention(packed, heads, queries, dropout);
    }
    let packed = packed.into_dispatch();
    Tensor::from_dispatch(Dispatch::attention(packed, heads, queries, dropout))
}

/// The values that dropout keeps, scaled. It counts their positions row by row.
pub fn drop<const D: usize>(x: Tensor<D>, dropout: Dropout) -> Tensor<D> {
    if dropout.is_none() {
        return x;
    }
    if !is_fused(&x) {
        return plain::drop(x, dropout);
    }
    Tensor::from_dispatch(Dispatch::drop(x.into_dispatch(), dropout))
}

/// Layer normalisation over the last dimension (Ba et al., 2016).
///
/// # Shapes
/// - x, output: `[.., width]`
/// - gain, bias: `[width]`
pub fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gain: Tensor<1>,
    bias: Tensor<1>,
    eps: f64,
) -> Tensor<D> {
    if !is_fused(&x) {
        return plain::layer_norm(x, gain, bias, eps);
    }
    let [x, gain, bias] = [
        x.into_dispatch(),
        gain.into_dispatch(),
        bias.into_dispatch(),
    ];
    Tensor::from_dispatch(Dispatch::layer_norm(x, gain, bias, eps as f32))
}

/// [`layer_norm`] of x + residual.
pub fn residual_norm<const D: usize>(
    x: Tensor<D>,
    residual: Tensor<D>,
    gain: Tensor<1>,
    bias: Tensor<1>,
    eps: f64,
) -> Tensor<D> {
    if !is_fused(&x) {
        return plain::layer_norm(x + residual, gain, bias, eps);
    }
    Tensor::from_dispatch(Dispatch::residual_norm(
        x.into_dispatch(),
        residual.into_dispatch(),
        gain.into_dispatch(),
        bias.into_dispatch(),
        eps as f32,
    ))
}

/// The logits of a whole model, if the device has kernels for that, and nobody wants gradients.
///
/// # Shapes
/// - images: `[batch, channels, image_size, image_size]`
/// - parameters: as [`Layout`] describes
/// - output: `[batch, classes]`
pub fn read(images: &Tensor<4>, parameters: &Tensor<1>, layout: Layout) -> Option<Tensor<2>> {
    let is_tracked = images.is_autodiff() || parameters.is_autodiff();
    (reads_fused(images, layout) && !is_tracked).then(|| {
        let [images, parameters] = [
            images.clone().into_dispatch(),
            parameters.clone().into_dispatch(),
        ];
        Tensor::from_dispatch(Dispatch::read(images, parameters, layout))
    })
}

/// Cross-entropy of softmax(logits) against target distributions, averaged over the batch.
///
/// # Shapes
/// - logits, targets: `[batch, classes]`; targets get no gradient
/// - output: `[1]`
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    if !trains_fused(&logits) {
        return plain::cross_entropy(logits, targets);
    }
    let [logits, targets] = [logits.into_dispatch(), targets.into_dispatch()];
    Tensor::from_dispatch(Dispatch::cross_entropy(logits, targets))
}
