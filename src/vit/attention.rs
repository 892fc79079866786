//! Multi-head self-attention.

use burn::module::Module;
use burn::tensor::Tensor;

use super::Linear;
use super::init::Init;
use crate::config::VitConfig;
use crate::kernels::{self, Dropout};
use crate::model::Parameter;

/// PyTorch's `nn.MultiheadAttention` on one sequence: softmax(q·kᵀ / √head_width)·v per head.
///
/// burn-nn's own drops scores before the softmax; PyTorch drops probabilities after it.
#[derive(Module, Debug)]
pub struct Attention {
    /// Weight `[width, 3 · width]`: queries, keys and values side by side.
    pub in_proj: Linear,
    /// Weight `[width, width]`
    pub out_proj: Linear,
    pub heads: usize,
}

impl Attention {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            in_proj: init.linear(Parameter::InProjWeight, Parameter::InProjBias),
            out_proj: init.linear(Parameter::OutProjWeight, Parameter::OutProjBias),
            heads: config.heads,
        }
    }

    /// What the first `queries` tokens get.
    ///
    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, queries, width]`
    pub fn forward(&self, x: Tensor<3>, queries: usize, dropout: Dropout) -> Tensor<3> {
        // [batch, tokens, 3 · width]
        let packed = self.in_proj.forward(x);
        let merged = kernels::attention(packed, self.heads, queries, dropout);
        self.out_proj.forward(merged)
    }
}
