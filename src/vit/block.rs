//! One encoder block: attention and MLP, each with a residual connection and a norm.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, LayerNorm};
use burn::tensor::Tensor;

use super::{Attention, Mlp, init::Init};
use crate::config::{Norm, VitConfig};

/// PyTorch's `nn.TransformerEncoderLayer(batch_first=True)`.
#[derive(Module, Debug)]
pub struct EncoderBlock {
    pub attention: Attention,
    pub mlp: Mlp,
    pub norm1: LayerNorm,
    pub norm2: LayerNorm,
    pub dropout: Dropout,
    #[module(skip)]
    pub norm: Norm,
}

impl EncoderBlock {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            attention: Attention::new(config, init),
            mlp: Mlp::new(config, init),
            norm1: init.layer_norm(config),
            norm2: init.layer_norm(config),
            dropout: DropoutConfig::new(config.dropout).init(),
            norm: config.norm,
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, tokens, width]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        match self.norm {
            Norm::Pre => {
                let x = x.clone() + self.attend(self.norm1.forward(x));
                x.clone() + self.feed_forward(self.norm2.forward(x))
            }
            Norm::Post => {
                let x = self.norm1.forward(x.clone() + self.attend(x));
                self.norm2.forward(x.clone() + self.feed_forward(x))
            }
        }
    }

    fn attend(&self, x: Tensor<3>) -> Tensor<3> {
        self.dropout.forward(self.attention.forward(x))
    }

    fn feed_forward(&self, x: Tensor<3>) -> Tensor<3> {
        self.dropout.forward(self.mlp.forward(x))
    }
}
