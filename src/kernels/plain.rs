//! Compositions of burn's operations: what the kernels are held to, and what devices without
//! kernels run.

use std::f64::consts::FRAC_1_SQRT_2;

use burn::tensor::activation::{log_softmax, relu, softmax};
use burn::tensor::{Tensor, TensorData, module};

use super::{Dropout, MlpLayers};
use crate::config::Activation;

/// As [`super::linear`].
pub fn linear<const D: usize>(x: Tensor<D>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<D> {
    module::linear(x, weight, Some(bias))
}

/// As [`super::mlp`].
pub fn mlp(x: Tensor<3>, layers: MlpLayers) -> Tensor<3> {
    // [batch, tokens, hidden]
    let hidden = linear(x, layers.weight1, layers.bias1);
    let hidden = match layers.activation {
        Activation::Gelu => gelu(hidden),
        Activation::Relu => relu(hidden),
    };
    linear(drop(hidden, layers.dropout), layers.weight2, layers.bias2)
}

/// `x · Φ(x)`, exactly: burn's own `gelu` differentiates the tanh approximation on every backend
/// but flex, which puts gradients off by 2e-4 of their largest.
fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let erf = (x.clone() * FRAC_1_SQRT_2).erf();
    x * (erf + 1.0) * 0.5
}

/// As [`super::attention`].
pub fn attention(packed: Tensor<3>, heads: usize, queries: usize, dropout: Dropout) -> Tensor<3> {
    let [batch, tokens, packed_width] = packed.dims();
    let width = packed_width / 3;
    let head_width = width / heads;
    // [3, batch, heads, tokens, head_width]
    let split = packed
        .reshape([batch, tokens, 3, heads, head_width])
        .permute([2, 0, 3, 1, 4]);
    let [q, k, v] = [0, 1, 2].map(|i| split.clone().narrow(0, i, 1).squeeze_dim::<4>(0));
    let q = q.narrow(2, 0, queries);

    // [batch, heads, queries, tokens]
    let scores = (q * (head_width as f64).sqrt().recip()).matmul(k.swap_dims(2, 3));
    let probabilities = drop(softmax(scores, 3), dropout);

    // [batch, heads, queries, head_width]
    let values = probabilities.matmul(v);
    values.swap_dims(1, 2).reshape([batch, queries, width])
}

/// As [`super::layer_norm`].
pub fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gain: Tensor<1>,
    bias: Tensor<1>,
    eps: f64,
) -> Tensor<D> {
    module::layer_norm(x, gain, Some(bias), eps)
}

/// As [`super::cross_entropy`].
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let batch = logits.dims()[0] as f64;
    (log_softmax(logits, 1) * targets).sum() * (-1.0 / batch)
}

/// As [`super::drop`].
pub fn drop<const D: usize>(x: Tensor<D>, dropout: Dropout) -> Tensor<D> {
    if dropout.is_none() {
        return x;
    }
    let mut factors = vec![1.0; x.shape().num_elements()];
    dropout.apply(&mut factors, 0, 1);
    let factors = TensorData::new(factors, x.shape());
    let factors = Tensor::from_data(factors, &x.device());
    x * factors
}
