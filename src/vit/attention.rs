//! Multi-head self-attention.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::init::Init;
use crate::config::VitConfig;

/// PyTorch's `nn.MultiheadAttention` on one sequence: softmax(q·kᵀ / √head_width)·v per head.
///
/// burn-nn's own drops scores before the softmax; PyTorch drops probabilities after it.
#[derive(Module, Debug)]
pub struct Attention {
    /// Weight `[width, 3 · width]`: queries, keys and values side by side.
    pub in_proj: Linear,
    /// Weight `[width, width]`
    pub out_proj: Linear,
    pub dropout: Dropout,
    pub heads: usize,
}

impl Attention {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            in_proj: init.attention_input(config.width),
            out_proj: init.attention_output(config.width),
            dropout: DropoutConfig::new(config.dropout).init(),
            heads: config.heads,
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, tokens, width]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [batch, tokens, width] = x.dims();
        let head_width = width / self.heads;
        let [q, k, v] = self.split_heads(self.in_proj.forward(x));

        // [batch, heads, tokens, tokens]
        let scores = (q * (head_width as f64).sqrt().recip()).matmul(k.swap_dims(2, 3));
        let probabilities = self.dropout.forward(softmax(scores, 3));

        // [batch, heads, tokens, head_width]
        let values = probabilities.matmul(v);
        let merged = values.swap_dims(1, 2).reshape([batch, tokens, width]);
        self.out_proj.forward(merged)
    }

    /// Queries, keys and values, each `[batch, heads, tokens, head_width]`.
    fn split_heads(&self, packed: Tensor<3>) -> [Tensor<4>; 3] {
        let [batch, tokens, packed_width] = packed.dims();
        let head_width = packed_width / 3 / self.heads;
        // [3, batch, heads, tokens, head_width]
        let split = packed
            .reshape([batch, tokens, 3, self.heads, head_width])
            .permute([2, 0, 3, 1, 4]);
        [0, 1, 2].map(|index| split.clone().narrow(0, index, 1).squeeze_dim(0))
    }
}
