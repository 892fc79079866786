//! The loss and the update as operations of burn's backends.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};

use super::launch::{empty, launch, tensor, upload};
use super::limits::MOST_GROUPS;
use super::shader::{PLAIN_GROUP, Shader, Variant};
use crate::kernels::fused::{FusedAdam, FusedLoss};

#[backend_extension(Cube)]
pub trait GpuClip: Backend {
    fn clip_scale(gradient: FloatTensor<Self>, bound: f32) -> FloatTensor<Self>;
}

/// `[1]`, the factor of at most 1 that brings the gradient's norm down to `bound`.
pub fn clip_scale(gradient: Tensor<1>, bound: f64) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::clip_scale(gradient.into_dispatch(), bound as f32))
}

impl FusedLoss for CubeBackend {
    fn cross_entropy(logits: CubeTensor, targets: CubeTensor) -> CubeTensor {
        loss(logits, targets).0
    }
}

/// The loss, and the gradient of the logits.
fn loss(logits: CubeTensor, targets: CubeTensor) -> (CubeTensor, CubeTensor) {
    let [logits, targets] = [logits, targets].map(into_contiguous);
    let [batch, classes] = [0, 1].map(|dimension| logits.meta.shape()[dimension]);
    let loss = empty(&logits.client, 1);
    let gradient = empty(&logits.client, batch * classes);
    let buffers = [&logits.handle, &targets.handle, &loss, &gradient];
    let variant = Variant::loss(batch, classes);
    launch(&logits.client, variant, [1, 1], &buffers);
    (
        tensor(&logits, loss, [1]),
        tensor(&logits, gradient, [batch, classes]),
    )
}

/// Invocations of a shader that goes on where they end.
fn all(count: usize) -> [usize; 2] {
    [count.min(PLAIN_GROUP * MOST_GROUPS), 1]
}

impl FusedAdam for CubeBackend {
    fn adam(
        value: CubeTensor,
        gradient: CubeTensor,
        first: CubeTensor,
        second: CubeTensor,
        gradient_scale: CubeTensor,
        numbers: CubeTensor,
    ) -> (CubeTensor, CubeTensor, CubeTensor) {
        let gradient = into_contiguous(gradient);
        let [value, first, second] = [value, first, second].map(|tensor| {
            let tensor = into_contiguous(tensor);
            if tensor.can_mut() {
                tensor
            } else {
                tensor.copy()
            }
        });
        let client = value.client.clone();
        let count = value.meta.num_elements();
        let buffers = [
            &numbers.handle,
            &gradient_scale.handle,
            &gradient.handle,
            &value.handle,
            &first.handle,
            &second.handle,
        ];
        launch(&client, Variant::plain(Shader::Adam), all(count), &buffers);
        (value, first, second)
    }
}

impl GpuClip for CubeBackend {
    fn clip_scale(gradient: CubeTensor, bound: f32) -> CubeTensor {
        let gradient = into_contiguous(gradient);
        let bound = upload(&gradient.client, &[bound.to_bits()]);
        let factor = empty(&gradient.client, 1);
        let buffers = [&bound, &gradient.handle, &factor];
        launch(
            &gradient.client,
            Variant::plain(Shader::Clip),
            [1, 1],
            &buffers,
        );
        tensor(&gradient, factor, [1])
    }
}

type Tracked<C> = FloatTensor<Autodiff<CubeBackend, C>>;

impl<C: CheckpointStrategy> FusedLoss for Autodiff<CubeBackend, C> {
    fn cross_entropy(logits: Tracked<C>, targets: Tracked<C>) -> Tracked<C> {
        let node = logits.node();
        let (value, gradient) = loss(logits.into_primitive(), targets.into_primitive());
        match LossStep.prepare::<C>([node]).compute_bound().stateful() {
            OpsKind::Tracked(prepared) => prepared.finish(gradient, value),
            OpsKind::UnTracked(prepared) => prepared.finish(value),
        }
    }
}

/// The loss as a step of the backward pass; its one parent is the logits, whose gradient is ready.
#[derive(Debug)]
struct LossStep;

impl Backward<CubeBackend, 1> for LossStep {
    type State = CubeTensor;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let ready = ops.state;
        let dloss = into_contiguous(gradients.consume::<CubeBackend>(&ops.node));
        let [logits] = ops.parents;
        if let Some(node) = logits {
            let count = ready.meta.num_elements();
            let scaled = empty(&ready.client, count);
            let buffers = [&dloss.handle, &ready.handle, &scaled];
            launch(
                &ready.client,
                Variant::plain(Shader::Scale),
                all(count),
                &buffers,
            );
            let shape = [0, 1].map(|dimension| ready.meta.shape()[dimension]);
            gradients.register::<CubeBackend>(node.id, tensor(&ready, scaled, shape));
        }
    }
}
