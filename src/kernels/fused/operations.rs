//! Each kernel with its gradients, as functions of slices.

mod layer_norm;

pub use layer_norm::LayerNormOperation;

use std::fmt::Debug;

use burn::tensor::Shape;

use super::super::Dropout;
use super::super::cpu::linear::LinearGradients;
use super::super::cpu::mlp::MlpGradients;
use super::super::cpu::{Attention, Linear, Mlp, cross_entropy};
use super::memory::Memory;
use crate::config::Activation;

/// A contiguous tensor.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub values: &'a [f32],
    pub shape: &'a Shape,
}

/// What the forward pass computed.
pub struct Forward {
    pub values: Memory,
    pub shape: Shape,
    /// What only the backward pass needs.
    pub saved: Memory,
}

/// What the backward pass gets.
pub struct Backward<'a> {
    /// Of the output.
    pub gradient: &'a [f32],
    pub output: &'a [f32],
    pub saved: &'a [f32],
    /// Whether the first input's gradient is asked for.
    pub needs_first: bool,
}

/// A function of `N` tensors that knows its gradients.
pub trait Operation<const N: usize>: Clone + Debug + Send + 'static {
    /// With what a backward pass needs, if one may come.
    fn forward(&self, inputs: [View<'_>; N], save: bool) -> Forward;

    /// The gradients of the inputs; empty for one that nobody asks for.
    fn backward(&self, inputs: [View<'_>; N], with: Backward<'_>) -> [Memory; N];
}

/// For a kernel to overwrite.
fn memory(like: View<'_>) -> Memory {
    Memory::of(like.values.len())
}

/// For a kernel to add to.
fn zeros(like: View<'_>) -> Memory {
    Memory::zeros(like.values.len())
}

/// The shape of `x` with another last dimension.
fn with_last(x: View<'_>, last: usize) -> Shape {
    let mut shape = x.shape.clone();
    let rank = shape.num_dims();
    shape[rank - 1] = last;
    shape
}

#[derive(Clone, Debug)]
pub struct LinearOperation;

impl Operation<3> for LinearOperation {
    fn forward(&self, [x, weight, bias]: [View<'_>; 3], _: bool) -> Forward {
        let shape = with_last(x, bias.values.len());
        let mut values = Memory::of(shape.num_elements());
        linear(weight, bias).forward(x.values, &mut values);
        Forward {
            values,
            shape,
            saved: Memory::default(),
        }
    }

    fn backward(&self, [x, weight, bias]: [View<'_>; 3], with: Backward<'_>) -> [Memory; 3] {
        let mut dx = if with.needs_first {
            memory(x)
        } else {
            Memory::default()
        };
        let (mut dweight, mut dbias) = (zeros(weight), zeros(bias));
        let gradients = LinearGradients {
            x: &mut dx,
            weight: &mut dweight,
            bias: &mut dbias,
        };
        linear(weight, bias).backward(x.values, with.gradient, gradients);
        [dx, dweight, dbias]
    }
}

fn linear<'a>(weight: View<'a>, bias: View<'a>) -> Linear<'a> {
    Linear {
        weight: weight.values,
        bias: bias.values,
    }
}

#[derive(Clone, Debug)]
pub struct MlpOperation {
    pub activation: Activation,
    pub dropout: Dropout,
}

impl MlpOperation {
    fn kernel<'a>(&self, [weight1, bias1, weight2, bias2]: [View<'a>; 4]) -> Mlp<'a> {
        Mlp {
            weight1: weight1.values,
            bias1: bias1.values,
            weight2: weight2.values,
            bias2: bias2.values,
            activation: self.activation,
            dropout: self.dropout,
        }
    }
}

impl Operation<5> for MlpOperation {
    fn forward(&self, [x, layers @ ..]: [View<'_>; 5], _: bool) -> Forward {
        let mut values = memory(x);
        self.kernel(layers).forward(x.values, &mut values);
        Forward {
            values,
            shape: x.shape.clone(),
            saved: Memory::default(),
        }
    }

    fn backward(&self, inputs: [View<'_>; 5], with: Backward<'_>) -> [Memory; 5] {
        let [input, layers @ ..] = inputs;
        let mut x = memory(input);
        let [mut weight1, mut bias1, mut weight2, mut bias2] = layers.map(zeros);
        let gradients = MlpGradients {
            x: &mut x,
            weight1: &mut weight1,
            bias1: &mut bias1,
            weight2: &mut weight2,
            bias2: &mut bias2,
        };
        self.kernel(layers)
            .backward(input.values, with.gradient, gradients);
        [x, weight1, bias1, weight2, bias2]
    }
}

#[derive(Clone, Debug)]
pub struct AttentionOperation {
    pub heads: usize,
    pub queries: usize,
    pub dropout: Dropout,
}

impl AttentionOperation {
    fn kernel(&self, packed: View<'_>) -> Attention {
        Attention {
            tokens: packed.shape[1],
            queries: self.queries,
            width: packed.shape[2] / 3,
            heads: self.heads,
            dropout: self.dropout,
        }
    }
}

impl Operation<1> for AttentionOperation {
    fn forward(&self, [packed]: [View<'_>; 1], _: bool) -> Forward {
        let kernel = self.kernel(packed);
        let shape = Shape::new([packed.shape[0], self.queries, kernel.width]);
        let mut values = Memory::of(shape.num_elements());
        let mut saved = Memory::of(shape[0] * self.heads * 2 * kernel.columns());
        kernel.forward(packed.values, &mut values, &mut saved);
        Forward {
            values,
            shape,
            saved,
        }
    }

    fn backward(&self, [packed]: [View<'_>; 1], with: Backward<'_>) -> [Memory; 1] {
        let mut dpacked = memory(packed);
        let Backward {
            gradient,
            output,
            saved,
            ..
        } = with;
        self.kernel(packed)
            .backward(packed.values, output, saved, gradient, &mut dpacked);
        [dpacked]
    }
}

#[derive(Clone, Debug)]
pub struct DropOperation {
    pub dropout: Dropout,
}

impl DropOperation {
    fn of(&self, x: &[f32]) -> Memory {
        let mut kept = Memory::of(x.len());
        kept.copy_from_slice(x);
        self.dropout.apply(&mut kept, 0, 1);
        kept
    }
}

impl Operation<1> for DropOperation {
    fn forward(&self, [x]: [View<'_>; 1], _: bool) -> Forward {
        Forward {
            values: self.of(x.values),
            shape: x.shape.clone(),
            saved: Memory::default(),
        }
    }

    fn backward(&self, _: [View<'_>; 1], with: Backward<'_>) -> [Memory; 1] {
        [self.of(with.gradient)]
    }
}

#[derive(Clone, Debug)]
pub struct CrossEntropyOperation;

impl Operation<2> for CrossEntropyOperation {
    fn forward(&self, [logits, targets]: [View<'_>; 2], _: bool) -> Forward {
        let mut saved = memory(logits);
        let classes = logits.shape[1];
        let loss = cross_entropy::forward(logits.values, targets.values, classes, &mut saved);
        let mut values = Memory::of(1);
        values[0] = loss;
        Forward {
            values,
            shape: Shape::new([1]),
            saved,
        }
    }

    fn backward(&self, [logits, targets]: [View<'_>; 2], with: Backward<'_>) -> [Memory; 2] {
        let mut dlogits = memory(logits);
        let classes = logits.shape[1];
        let dloss = with.gradient[0];
        cross_entropy::backward(with.saved, targets.values, classes, dloss, &mut dlogits);
        [dlogits, Memory::default()]
    }
}
