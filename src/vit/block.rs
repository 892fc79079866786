//! One encoder block: attention and MLP, each with a residual connection and a norm.

use burn::module::Module;
use burn::tensor::Tensor;

use super::{Attention, LayerNorm, Mlp, init::Init};
use crate::config::{Norm, VitConfig};
use crate::kernels::{Dropout, drop};
use crate::model::Parameter;

/// PyTorch's `nn.TransformerEncoderLayer(batch_first=True)`.
#[derive(Module, Debug)]
pub struct EncoderBlock {
    pub attention: Attention,
    pub mlp: Mlp,
    pub norm1: LayerNorm,
    pub norm2: LayerNorm,
    #[module(skip)]
    pub norm: Norm,
}

impl EncoderBlock {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            attention: Attention::new(config, init),
            mlp: Mlp::new(config, init),
            norm1: init.layer_norm(Parameter::Norm1Weight, Parameter::Norm1Bias),
            norm2: init.layer_norm(Parameter::Norm2Weight, Parameter::Norm2Bias),
            norm: config.norm,
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, tokens, width]`
    pub fn forward(&self, x: Tensor<3>, dropout: Dropout) -> Tensor<3> {
        let tokens = x.dims()[1];
        self.forward_first(x, tokens, dropout)
    }

    /// [`EncoderBlock::forward`], of which only the first `count` tokens are computed.
    ///
    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, count, width]`
    pub fn forward_first(&self, x: Tensor<3>, count: usize, dropout: Dropout) -> Tensor<3> {
        match self.norm {
            Norm::Pre => {
                let attended = self.attend(self.norm1.forward(x.clone()), count, dropout);
                let x = first(x, count) + attended;
                let fed = self.feed_forward(self.norm2.forward(x.clone()), dropout);
                x + fed
            }
            Norm::Post => {
                let attended = self.attend(x.clone(), count, dropout);
                let x = self.norm1.forward_sum(first(x, count), attended);
                let fed = self.feed_forward(x.clone(), dropout);
                self.norm2.forward_sum(x, fed)
            }
        }
    }

    fn attend(&self, x: Tensor<3>, count: usize, dropout: Dropout) -> Tensor<3> {
        let attended = self.attention.forward(x, count, dropout.at(0));
        drop(attended, dropout.at(1))
    }

    fn feed_forward(&self, x: Tensor<3>, dropout: Dropout) -> Tensor<3> {
        drop(self.mlp.forward(x, dropout.at(2)), dropout.at(3))
    }
}

fn first(x: Tensor<3>, count: usize) -> Tensor<3> {
    if count == x.dims()[1] {
        x
    } else {
        x.narrow(1, 0, count)
    }
}
