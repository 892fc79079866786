//! The kernels on burn-flex's tensors.

use burn::backend::Flex;
use burn::backend::flex::FlexTensor;
use burn::tensor::{DType, Shape, TensorData};

use super::memory::Memory;
use super::operations::{
    AttentionOperation, CrossEntropyOperation, DropOperation, Forward, LayerNormOperation,
    LinearOperation, MlpOperation, Operation, View,
};
use super::{Fused, FusedAdam, FusedLoss, FusedReading};
use crate::config::Activation;
use crate::kernels::{AdamStep, Dropout, cpu};
use crate::model::Layout;

impl Fused for Flex {
    fn linear(x: FlexTensor, weight: FlexTensor, bias: FlexTensor) -> FlexTensor {
        output(&LinearOperation, [x, weight, bias])
    }

    fn mlp(
        x: FlexTensor,
        weight1: FlexTensor,
        bias1: FlexTensor,
        weight2: FlexTensor,
        bias2: FlexTensor,
        activation: Activation,
        dropout: Dropout,
    ) -> FlexTensor {
        let operation = MlpOperation {
            activation,
            dropout,
        };
        output(&operation, [x, weight1, bias1, weight2, bias2])
    }

    fn attention(packed: FlexTensor, heads: usize, queries: usize, dropout: Dropout) -> FlexTensor {
        let operation = AttentionOperation {
            heads,
            queries,
            dropout,
        };
        output(&operation, [packed])
    }

    fn drop(x: FlexTensor, dropout: Dropout) -> FlexTensor {
        output(&DropOperation { dropout }, [x])
    }

    fn layer_norm(x: FlexTensor, gain: FlexTensor, bias: FlexTensor, eps: f32) -> FlexTensor {
        output(&LayerNormOperation { eps }, [x, gain, bias])
    }

    fn residual_norm(
        x: FlexTensor,
        residual: FlexTensor,
        gain: FlexTensor,
        bias: FlexTensor,
        eps: f32,
    ) -> FlexTensor {
        output(&LayerNormOperation { eps }, [x, residual, gain, bias])
    }
}

impl FusedLoss for Flex {
    fn cross_entropy(logits: FlexTensor, targets: FlexTensor) -> FlexTensor {
        output(&CrossEntropyOperation, [logits, targets])
    }
}

impl FusedReading for Flex {
    fn read(images: FlexTensor, parameters: FlexTensor, layout: Layout) -> FlexTensor {
        let [images, parameters] = [images, parameters].map(contiguous);
        let batch = images.layout().shape()[0];
        let mut logits = Memory::of(batch * layout.classes);
        let model = cpu::Vit::new(layout, slice(&parameters));
        model.forward(slice(&images), &mut logits);
        tensor(logits, Shape::new([batch, layout.classes]))
    }
}

impl FusedAdam for Flex {
    fn adam(
        value: FlexTensor,
        gradient: FlexTensor,
        first: FlexTensor,
        second: FlexTensor,
        gradient_scale: FlexTensor,
        numbers: FlexTensor,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let [mut value, gradient, mut first, mut second, scale, numbers] =
            [value, gradient, first, second, gradient_scale, numbers].map(contiguous);
        cpu::adam::update(
            AdamStep::of(slice(&numbers)),
            slice(&scale)[0],
            value.storage_mut(),
            slice(&gradient),
            [first.storage_mut(), second.storage_mut()],
        );
        (value, first, second)
    }
}

fn output<const N: usize>(operation: &impl Operation<N>, inputs: [FlexTensor; N]) -> FlexTensor {
    forward(operation, &inputs.map(contiguous), false).0
}

/// The output, and what the operation saved for a backward pass.
pub fn forward<const N: usize>(
    operation: &impl Operation<N>,
    inputs: &[FlexTensor; N],
    save: bool,
) -> (FlexTensor, Memory) {
    let Forward {
        values,
        shape,
        saved,
    } = operation.forward(inputs.each_ref().map(view), save);
    (tensor(values, shape), saved)
}

pub fn view(tensor: &FlexTensor) -> View<'_> {
    View {
        values: slice(tensor),
        shape: tensor.layout().shape(),
    }
}

/// The values of a tensor that [`contiguous`] gave.
pub fn slice(tensor: &FlexTensor) -> &[f32] {
    tensor.as_slice().expect("contiguous and float32")
}

/// The tensor with its values row by row, and no others in its memory.
pub fn contiguous(tensor: FlexTensor) -> FlexTensor {
    let whole = tensor.as_slice::<f32>().map(<[f32]>::len) == Some(tensor.bytes().len() / 4);
    if whole {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

pub fn tensor(values: Memory, shape: Shape) -> FlexTensor {
    let bytes = values.into_bytes();
    FlexTensor::from_data(TensorData::from_bytes(bytes, shape, DType::F32))
}
