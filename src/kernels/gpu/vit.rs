//! The model as an operation of burn's backends.

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Autodiff, Backend, Dispatch, backend_extension};
use burn::tensor::Tensor;
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};

use super::launch::tensor;
use super::model::{Pass, Saved, Source};
use super::pick::Picking;
use super::{Input, Picture};
use crate::kernels::Dropout;
use crate::kernels::fused::FusedReading;
use crate::model::Layout;

#[backend_extension(Cube, Autodiff)]
pub trait GpuModel: Backend {
    fn vit(
        images: FloatTensor<Self>,
        parameters: FloatTensor<Self>,
        layout: Layout,
        dropout: Dropout,
    ) -> FloatTensor<Self>;

    fn vit_of_picked(
        pixels: IntTensor<Self>,
        picks: IntTensor<Self>,
        changes: FloatTensor<Self>,
        picture: Picture,
        parameters: FloatTensor<Self>,
        layout: Layout,
        dropout: Dropout,
    ) -> FloatTensor<Self>;
}

/// The logits `[batch, classes]` of a model whose parameters lie as [`Layout`] says.
pub fn vit(input: Input, parameters: Tensor<1>, layout: Layout, dropout: Dropout) -> Tensor<2> {
    let parameters = parameters.into_dispatch();
    Tensor::from_dispatch(match input {
        Input::Images(images) => Dispatch::vit(images.into_dispatch(), parameters, layout, dropout),
        Input::Picked(picked) => Dispatch::vit_of_picked(
            picked.pixels.into_dispatch(),
            picked.picks.into_dispatch(),
            picked.changes.into_dispatch(),
            picked.picture,
            parameters,
            layout,
            dropout,
        ),
    })
}

impl FusedReading for CubeBackend {
    fn read(images: CubeTensor, parameters: CubeTensor, layout: Layout) -> CubeTensor {
        Self::vit(images, parameters, layout, Dropout::NONE)
    }
}

impl GpuModel for CubeBackend {
    fn vit(
        images: CubeTensor,
        parameters: CubeTensor,
        layout: Layout,
        dropout: Dropout,
    ) -> CubeTensor {
        forward(given(images), parameters, layout, dropout, false).0
    }

    fn vit_of_picked(
        pixels: CubeTensor,
        picks: CubeTensor,
        changes: CubeTensor,
        picture: Picture,
        parameters: CubeTensor,
        layout: Layout,
        dropout: Dropout,
    ) -> CubeTensor {
        let picking = Picking::new(pixels, picks, changes, picture);
        forward(Source::Picking(picking), parameters, layout, dropout, false).0
    }
}

/// Logits, and what the backward pass needs.
fn forward(
    source: Source,
    parameters: CubeTensor,
    layout: Layout,
    dropout: Dropout,
    save: bool,
) -> (CubeTensor, Pass, Saved) {
    let parameters = into_contiguous(parameters);
    let client = parameters.client.clone();
    let params = parameters.handle.clone();
    let batch = source.batch();
    let pass = Pass::new(client, layout, params, batch, dropout, save);
    let (logits, saved) = pass.forward(source);
    let logits = tensor(&parameters, logits, [batch, layout.classes]);
    (logits, pass, saved)
}

fn given(images: CubeTensor) -> Source {
    let images = into_contiguous(images);
    Source::Images {
        batch: images.meta.shape()[0],
        images: images.handle,
    }
}

type Tracked<C> = FloatTensor<Autodiff<CubeBackend, C>>;

impl<C: CheckpointStrategy> GpuModel for Autodiff<CubeBackend, C> {
    fn vit(
        images: Tracked<C>,
        parameters: Tracked<C>,
        layout: Layout,
        dropout: Dropout,
    ) -> Tracked<C> {
        record::<C>(given(images.into_primitive()), parameters, layout, dropout)
    }

    fn vit_of_picked(
        pixels: IntTensor<Self>,
        picks: IntTensor<Self>,
        changes: Tracked<C>,
        picture: Picture,
        parameters: Tracked<C>,
        layout: Layout,
        dropout: Dropout,
    ) -> Tracked<C> {
        let picking = Picking::new(pixels, picks, changes.into_primitive(), picture);
        record::<C>(Source::Picking(picking), parameters, layout, dropout)
    }
}

/// Logits that remember how to compute the parameters' gradients.
fn record<C: CheckpointStrategy>(
    source: Source,
    parameters: Tracked<C>,
    layout: Layout,
    dropout: Dropout,
) -> Tracked<C> {
    let node = parameters.node();
    let parameters = parameters.into_primitive();
    match ModelStep.prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let (logits, pass, saved) = forward(source, parameters, layout, dropout, true);
            prepared.finish((pass, saved), logits)
        }
        OpsKind::UnTracked(prepared) => {
            prepared.finish(forward(source, parameters, layout, dropout, false).0)
        }
    }
}

/// The model as a step of the backward pass; its one parent is the parameters.
#[derive(Debug)]
struct ModelStep;

impl Backward<CubeBackend, 1> for ModelStep {
    type State = (Pass, Saved);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (pass, saved) = ops.state;
        let dlogits = into_contiguous(gradients.consume::<CubeBackend>(&ops.node));
        let [parameters] = ops.parents;
        if let Some(node) = parameters {
            let gradient = pass.backward(saved, &dlogits.handle);
            let gradient = tensor(&dlogits, gradient, [pass.parameters()]);
            gradients.register::<CubeBackend>(node.id, gradient);
        }
    }
}
