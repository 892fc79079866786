//! The kernels on tensors that record gradients.

use std::fmt::Debug;

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex};

use super::flex::{contiguous, forward, slice, tensor, view};
use super::memory::Memory;
use super::operations::{
    self, AttentionOperation, CrossEntropyOperation, DropOperation, LayerNormOperation,
    LinearOperation, MlpOperation, Operation,
};
use super::{Fused, FusedLoss};
use crate::config::Activation;
use crate::kernels::Dropout;

type Tracked<C> = FloatTensor<Autodiff<Flex, C>>;

impl<C: CheckpointStrategy> Fused for Autodiff<Flex, C> {
    fn linear(x: Tracked<C>, weight: Tracked<C>, bias: Tracked<C>) -> Tracked<C> {
        record::<C, 3>(LinearOperation, [x, weight, bias])
    }

    fn mlp(
        x: Tracked<C>,
        weight1: Tracked<C>,
        bias1: Tracked<C>,
        weight2: Tracked<C>,
        bias2: Tracked<C>,
        activation: Activation,
        dropout: Dropout,
    ) -> Tracked<C> {
        let operation = MlpOperation {
            activation,
            dropout,
        };
        record::<C, 5>(operation, [x, weight1, bias1, weight2, bias2])
    }

    fn attention(packed: Tracked<C>, heads: usize, queries: usize, dropout: Dropout) -> Tracked<C> {
        let operation = AttentionOperation {
            heads,
            queries,
            dropout,
        };
        record::<C, 1>(operation, [packed])
    }

    fn drop(x: Tracked<C>, dropout: Dropout) -> Tracked<C> {
        record::<C, 1>(DropOperation { dropout }, [x])
    }

    fn layer_norm(x: Tracked<C>, gain: Tracked<C>, bias: Tracked<C>, eps: f32) -> Tracked<C> {
        record::<C, 3>(LayerNormOperation { eps }, [x, gain, bias])
    }

    fn residual_norm(
        x: Tracked<C>,
        residual: Tracked<C>,
        gain: Tracked<C>,
        bias: Tracked<C>,
        eps: f32,
    ) -> Tracked<C> {
        record::<C, 4>(LayerNormOperation { eps }, [x, residual, gain, bias])
    }
}

impl<C: CheckpointStrategy> FusedLoss for Autodiff<Flex, C> {
    fn cross_entropy(logits: Tracked<C>, targets: Tracked<C>) -> Tracked<C> {
        record::<C, 2>(CrossEntropyOperation, [logits, targets])
    }
}

/// Computes the output, and remembers how to compute gradients.
fn record<C: CheckpointStrategy, const N: usize>(
    operation: impl Operation<N>,
    inputs: [Tracked<C>; N],
) -> Tracked<C> {
    let nodes = inputs.each_ref().map(|input| input.node());
    let inputs = inputs.map(|input| contiguous(input.into_primitive()));
    let (output, saved) = forward(&operation, &inputs, true);
    let step = Recorded(operation.clone());
    match step.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let state = State {
                inputs,
                output: output.clone(),
                saved,
            };
            prepared.finish(state, output)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(output),
    }
}

/// An operation as a step of the backward pass.
#[derive(Debug)]
struct Recorded<O>(O);

#[derive(Clone, Debug)]
struct State<const N: usize> {
    inputs: [FlexTensor; N],
    output: FlexTensor,
    saved: Memory,
}

impl<O: Operation<N>, const N: usize> Backward<Flex, N> for Recorded<O> {
    type State = State<N>;

    fn backward(self, ops: Ops<Self::State, N>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let State {
            inputs,
            output,
            saved,
        } = ops.state;
        let gradient = contiguous(gradients.consume::<Flex>(&ops.node));
        let with = operations::Backward {
            gradient: slice(&gradient),
            output: slice(&output),
            saved: &saved,
            needs_first: ops.parents[0].is_some(),
        };
        let found = self.0.backward(inputs.each_ref().map(view), with);
        for ((parent, values), input) in ops.parents.into_iter().zip(found).zip(&inputs) {
            if let Some(node) = parent {
                let shape = input.layout().shape().clone();
                gradients.register::<Flex>(node.id, tensor(values, shape));
            }
        }
    }
}
