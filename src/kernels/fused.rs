//! Kernels as operations of burn's backends.

mod autodiff;
mod flex;
mod operations;

use std::cell::Cell;

use burn::backend::Backend;
use burn::backend::backend_extension;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;

use super::{AdamStep, Dropout, Layout};
use crate::config::Activation;
use crate::device;

/// What [`super`] describes, function by function.
#[backend_extension(Flex, Autodiff)]
pub trait Fused: Backend {
    fn linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self>;

    fn mlp(
        x: FloatTensor<Self>,
        weight1: FloatTensor<Self>,
        bias1: FloatTensor<Self>,
        weight2: FloatTensor<Self>,
        bias2: FloatTensor<Self>,
        activation: Activation,
        dropout: Dropout,
    ) -> FloatTensor<Self>;

    fn attention(
        packed: FloatTensor<Self>,
        heads: usize,
        queries: usize,
        dropout: Dropout,
    ) -> FloatTensor<Self>;

    fn layer_norm(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self>;

    fn residual_norm(
        x: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        eps: f32,
    ) -> FloatTensor<Self>;

    fn cross_entropy(logits: FloatTensor<Self>, targets: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Reading, which nobody differentiates.
#[backend_extension(Flex)]
pub trait FusedReading: Backend {
    /// Logits.
    fn read(
        images: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        layout: Layout,
    ) -> FloatTensor<Self>;
}

/// The optimiser's update, which nobody differentiates.
#[backend_extension(Flex)]
pub trait FusedAdam: Backend {
    /// The value and both moments after the step.
    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient_scale: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

thread_local! {
    static UNFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a tensor's device has the kernels of this module.
pub fn is_fused<const D: usize>(tensor: &Tensor<D>) -> bool {
    device::has_kernels(&tensor.device()) && !UNFUSED.get()
}

/// Whether it has those of [`super::gpu`].
pub fn is_on_gpu<const D: usize>(tensor: &Tensor<D>) -> bool {
    device::has_gpu_kernels(&tensor.device()) && !UNFUSED.get()
}

/// Calls `work` with the plain compositions on every device, for benchmarks to compare with.
pub fn unfused<R>(work: impl FnOnce() -> R) -> R {
    let before = UNFUSED.replace(true);
    let result = work();
    UNFUSED.set(before);
    result
}
