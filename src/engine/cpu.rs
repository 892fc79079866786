//! The engine of one thread of a processor with SIMD.
//!
//! A batch goes through the model and back a shard of images at a time, so that activations stay in
//! the second-level cache. A batch's gradient is the sum over shards in the order of images.

mod activations;
mod backward;
mod forward;
pub mod layers;
mod parameters;
mod scratch;
pub mod simd;

use std::cell::RefCell;
use std::mem::take;

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::{Tensor, TensorData};

use super::{AdamState, Batch, Engine, Gradient, Update};
use crate::model::{Dropout, Layout, VisionTransformer};
use activations::Activations;
use backward::Backward;
use forward::Pass;
use parameters::{Gradients, Parameters};

/// Images of a shard in training.
pub const SHARD: usize = 4;

/// Computes models of one layout on burn-flex's tensors.
pub struct Cpu {
    layout: Layout,
    memory: RefCell<Memory>,
}

/// Memory that is allocated once: each call needs the same again.
#[derive(Default)]
struct Memory {
    /// Activations of an image, for inference.
    image: Activations,
    /// Activations of a shard, for training.
    shard: Activations,
    /// Matrices of the flat buffer, transposed.
    transposed: Vec<f32>,
    /// The flat buffer of a gradient that was used up.
    gradient: Vec<f32>,
}

impl Cpu {
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            memory: RefCell::default(),
        }
    }
}

impl Engine for Cpu {
    fn images_at_once(&self, batch: usize) -> usize {
        batch.min(SHARD)
    }

    fn logits(&self, model: &VisionTransformer, images: Tensor<4>) -> Tensor<2> {
        let [parameters, images] = [flex(model.parameters.clone()), flex(images)];
        let parameters = Parameters::new(self.layout, slice(&parameters));
        let images = slice(&images).chunks_exact(self.pixels());
        let mut logits = vec![0.0; images.len() * self.layout.classes];
        let activations = &mut self.memory.borrow_mut().image;
        for (image, logits) in images.zip(logits.chunks_exact_mut(self.layout.classes)) {
            let pass = Pass {
                parameters,
                dropout: Dropout::NONE,
                images: 1,
                first_image: 0,
                keeps: false,
            };
            pass.forward(image, activations, logits);
        }
        self.rows(logits)
    }

    fn gradient(&self, model: &VisionTransformer, batch: Batch) -> Gradient {
        let [parameters, images] = [flex(model.parameters.clone()), flex(batch.input.images())];
        let targets = flex(batch.targets);
        let (images, targets) = (slice(&images), slice(&targets));
        let count = images.len() / self.pixels();
        let memory = &mut *self.memory.borrow_mut();
        let parameters = Parameters::new(self.layout, slice(&parameters));
        memory.transposed.resize(self.layout.values(), 0.0);
        parameters.transpose_into(&mut memory.transposed);
        let mut gradient = take(&mut memory.gradient);
        gradient.clear();
        gradient.resize(self.layout.values(), 0.0);

        let classes = self.layout.classes;
        let mut gradients = Gradients::new(self.layout, &mut gradient);
        let mut logits = vec![0.0; count * classes];
        let mut dlogits = Vec::new();
        let mut loss = 0.0;
        let shards = images.chunks(SHARD * self.pixels());
        let rows = SHARD * classes;
        let answers = logits.chunks_mut(rows).zip(targets.chunks(rows));
        for (index, (images, (logits, targets))) in shards.zip(answers).enumerate() {
            let pass = Pass {
                parameters,
                dropout: batch.dropout,
                images: images.len() / self.pixels(),
                first_image: index * SHARD,
                keeps: true,
            };
            pass.forward(images, &mut memory.shard, logits);
            dlogits.resize(logits.len(), 0.0);
            let scale = (count as f32).recip();
            loss += layers::cross_entropy([logits, targets], classes, scale, &mut dlogits);
            let back = Backward {
                pass,
                transposed: Parameters::new(self.layout, &memory.transposed),
            };
            back.backward(&mut memory.shard, &dlogits, &mut gradients);
        }
        Gradient {
            loss: tensor(vec![loss / count as f32], [1]),
            logits: self.rows(logits),
            parameters: tensor(gradient, [self.layout.values()]),
        }
    }

    fn update(&self, state: AdamState, gradient: Tensor<1>, update: &Update) -> AdamState {
        let AdamState {
            parameters,
            moments: [first, second],
        } = state;
        let [mut parameters, mut first, mut second, gradient] =
            [parameters, first, second, gradient].map(flex);
        let scale = match update.clip_norm {
            Some(clip_norm) => layers::clip_scale(slice(&gradient), clip_norm),
            None => 1.0,
        };
        layers::update(
            &update.step,
            scale,
            parameters.storage_mut(),
            slice(&gradient),
            [first.storage_mut(), second.storage_mut()],
        );
        if let Ok(values) = gradient.into_data().try_into_vec() {
            self.memory.borrow_mut().gradient = values;
        }
        AdamState {
            parameters: Tensor::from_primitive::<Flex>(parameters),
            moments: [first, second].map(Tensor::from_primitive::<Flex>),
        }
    }
}

impl Cpu {
    /// Values of an image.
    fn pixels(&self) -> usize {
        self.layout.channels * self.layout.image_size.pow(2)
    }

    /// `[batch, classes]`
    fn rows(&self, logits: Vec<f32>) -> Tensor<2> {
        let shape = [logits.len() / self.layout.classes, self.layout.classes];
        tensor(logits, shape)
    }
}

/// The tensor with its values row by row, and no others in its memory.
fn flex<const D: usize>(tensor: Tensor<D>) -> FlexTensor {
    let tensor = tensor.try_into_primitive::<Flex>();
    let tensor = tensor.expect("the engine's tensors are burn-flex's");
    let whole = tensor.as_slice::<f32>().map(<[f32]>::len) == Some(tensor.bytes().len() / 4);
    if whole {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

/// The values of a tensor that [`flex`] gave.
fn slice(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("contiguous and float32")
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
    Tensor::from_primitive::<Flex>(FlexTensor::from_data(TensorData::new(values, shape)))
}
