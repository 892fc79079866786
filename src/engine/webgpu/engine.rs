//! Shaders on burn's tensors.

use burn::cubecl::server::Handle;
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use burn_wgpu::{CubeBackend, CubeTensor, into_contiguous};

use super::launch::{empty, launch, tensor};
use super::limits::MOST_WORKGROUPS;
use super::pass::Pass;
use super::shader::{PLAIN_WORKGROUP, Shader, Variant};
use super::source::{Gathering, Source};
use super::stores;
use crate::engine::{AdamState, Batch, Engine, Gather, Gradient, Input, StoredImages, Update};
use crate::model::{Dropout, Layout, VisionTransformer};

/// Computes models of one layout on a device of burn-wgpu.
pub struct WebGpu {
    layout: Layout,
    device: Device,
    /// `[1]`, what gradients are multiplied with that are not clipped.
    one: Tensor<1>,
}

impl WebGpu {
    pub fn new(layout: Layout, device: Device) -> Self {
        Self {
            layout,
            one: Tensor::ones([1], &device),
            device,
        }
    }
}

impl Engine for WebGpu {
    fn logits(&self, model: &VisionTransformer, images: Tensor<4>) -> Tensor<2> {
        let parameters = cube(model.parameters.clone());
        let source = source(images.into());
        let pass = self.pass(&parameters, &source, Dropout::NONE, false);
        let shape = [source.batch(), self.layout.classes];
        let (logits, _) = pass.forward(source);
        like(&parameters, logits, shape)
    }

    fn gradient(&self, model: &VisionTransformer, batch: Batch) -> Gradient {
        let [parameters, targets] = [cube(model.parameters.clone()), cube(batch.targets)];
        let source = source(batch.input);
        let pass = self.pass(&parameters, &source, batch.dropout, true);
        let shape = [source.batch(), self.layout.classes];
        let (logits, activations) = pass.forward(source);
        let [loss, dlogits] = pass.loss(&logits, &targets.handle);
        let gradient = pass.backward(activations, &dlogits);
        Gradient {
            loss: like(&parameters, loss, [1]),
            logits: like(&parameters, logits, shape),
            parameters: like(&parameters, gradient, [self.layout.values()]),
        }
    }

    fn update(&self, state: AdamState, gradient: Tensor<1>, update: &Update) -> AdamState {
        let [gradient, constants] = [cube(gradient), cube(update.constants.clone())];
        let client = gradient.client.clone();
        let scale = match update.clip_norm {
            Some(_) => {
                let scale = empty(&client, 1);
                let buffers = [&constants.handle, &gradient.handle, &scale];
                launch(&client, Variant::plain(Shader::Clip), [1, 1], &buffers);
                scale
            }
            None => cube(self.one.clone()).handle,
        };
        let AdamState {
            parameters,
            moments: [first, second],
        } = state;
        let [parameters, first, second] = [parameters, first, second].map(|tensor| {
            let tensor = cube(tensor);
            if tensor.can_mut() {
                tensor
            } else {
                tensor.copy()
            }
        });
        let buffers = [
            &constants.handle,
            &scale,
            &gradient.handle,
            &parameters.handle,
            &first.handle,
            &second.handle,
        ];
        // Invocations go on where they end.
        let size = [
            self.layout.values().min(PLAIN_WORKGROUP * MOST_WORKGROUPS),
            1,
        ];
        launch(&client, Variant::plain(Shader::Adam), size, &buffers);
        AdamState {
            parameters: Tensor::from_primitive::<CubeBackend>(parameters),
            moments: [first, second].map(Tensor::from_primitive::<CubeBackend>),
        }
    }

    fn store(&self, pixels: &[u8], side: usize) -> Option<StoredImages> {
        if !stores(pixels.len()) {
            return None;
        }
        let words = pixels.chunks(4).map(|four| {
            let mut bytes = [0; 4];
            bytes[..four.len()].copy_from_slice(four);
            i32::from_le_bytes(bytes)
        });
        let words: Vec<i32> = words.collect();
        let count = words.len();
        let words = TensorData::new(words, [count]);
        Some(StoredImages {
            pixels: Tensor::from_data(words, (&self.device, DType::I32)),
            side,
        })
    }
}

impl WebGpu {
    fn pass(
        &self,
        parameters: &CubeTensor,
        source: &Source,
        dropout: Dropout,
        keeps: bool,
    ) -> Pass {
        Pass::new(
            parameters.client.clone(),
            self.layout,
            parameters.handle.clone(),
            source.batch(),
            dropout,
            keeps,
        )
    }
}

fn source(input: Input) -> Source {
    match input {
        Input::Images(images) => {
            let images = cube(images);
            Source::Images {
                batch: images.meta.shape()[0],
                images: images.handle,
            }
        }
        Input::Gather(gather) => Source::Gathering(gathering(gather)),
    }
}

fn gathering(gather: Gather) -> Gathering {
    let Gather {
        images,
        indices,
        changes,
        normalization,
    } = gather;
    let int = |tensor: Tensor<1, Int>| {
        let tensor = tensor.try_into_primitive::<CubeBackend>();
        into_contiguous(tensor.expect("the engine's tensors are burn-wgpu's"))
    };
    let [pixels, indices] = [images.pixels, indices].map(int);
    let changes = cube(changes);
    let batch = indices.meta.num_elements();
    let values = batch * images.side.pow(2);
    let [moved, gathered] = [0; 2].map(|_| empty(&changes.client, values));
    Gathering {
        batch,
        read: [pixels, indices, changes].map(|tensor| tensor.handle),
        moved,
        images: gathered,
        normalization,
    }
}

/// The tensor with its values row by row.
fn cube<const D: usize>(tensor: Tensor<D>) -> CubeTensor {
    let tensor = tensor.try_into_primitive::<CubeBackend>();
    into_contiguous(tensor.expect("the engine's tensors are burn-wgpu's"))
}

/// A tensor of this buffer, on the device of another.
fn like<const D: usize>(other: &CubeTensor, buffer: Handle, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(tensor(other, buffer, shape))
}
