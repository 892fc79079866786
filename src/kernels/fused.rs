//! Kernels as operations of burn's backends.

mod autodiff;
mod flex;
mod memory;
mod operations;

use std::cell::Cell;

use burn::backend::Backend;
use burn::backend::backend_extension;
use burn::backend::tensor::FloatTensor;
use burn::tensor::Tensor;

use super::Dropout;
use crate::config::Activation;
use crate::device;
use crate::model::Layout;

/// The layers that [`super`] describes, function by function.
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

    fn drop(x: FloatTensor<Self>, dropout: Dropout) -> FloatTensor<Self>;

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
}

/// The loss, on the CPU and on WebGPU.
#[backend_extension(Flex, Cube: cfg(feature = "webgpu"), Autodiff)]
pub trait FusedLoss: Backend {
    fn cross_entropy(logits: FloatTensor<Self>, targets: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Reading by a whole model, on the CPU and on WebGPU, which nobody differentiates.
#[backend_extension(Flex, Cube: cfg(feature = "webgpu"))]
pub trait FusedReading: Backend {
    /// Logits.
    fn read(
        images: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        layout: Layout,
    ) -> FloatTensor<Self>;
}

/// The optimiser's update, on the CPU and on WebGPU, which nobody differentiates.
#[backend_extension(Flex, Cube: cfg(feature = "webgpu"))]
pub trait FusedAdam: Backend {
    /// The value and both moments after the step, of which `numbers` are [`super::AdamStep::numbers`].
    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        first: FloatTensor<Self>,
        second: FloatTensor<Self>,
        gradient_scale: FloatTensor<Self>,
        numbers: FloatTensor<Self>,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

thread_local! {
    static UNFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a tensor's device has kernels for layers.
pub fn is_fused<const D: usize>(tensor: &Tensor<D>) -> bool {
    device::has_kernels(&tensor.device()) && !UNFUSED.get()
}

/// Whether it has kernels for a whole model of these sizes, and as many images.
pub fn reads_fused(images: &Tensor<4>, layout: Layout) -> bool {
    let on_gpu = device::has_gpu_kernels(&images.device()) && !UNFUSED.get();
    is_fused(images) || on_gpu && layout.takes(images.dims()[0])
}

/// Whether it has kernels for the loss and the update.
pub fn trains_fused<const D: usize>(tensor: &Tensor<D>) -> bool {
    let device = tensor.device();
    let has_kernels = device::has_kernels(&device) || device::has_gpu_kernels(&device);
    has_kernels && !UNFUSED.get()
}

/// Calls `work` with the plain compositions on every device, for benchmarks to compare with.
pub fn unfused<R>(work: impl FnOnce() -> R) -> R {
    let before = UNFUSED.replace(true);
    let result = work();
    UNFUSED.set(before);
    result
}
