//! The classification head.

use burn::module::Module;
use burn::tensor::Tensor;

use super::init::Init;
use super::{LayerNorm, Linear};
use crate::model::Parameter;

/// Layer norm and a linear layer on the class token.
#[derive(Module, Debug)]
pub struct Head {
    pub norm: LayerNorm,
    /// Weight `[width, classes]`
    pub linear: Linear,
}

impl Head {
    pub(super) fn new(init: &mut Init) -> Self {
        Self {
            norm: init.layer_norm(Parameter::HeadNormWeight, Parameter::HeadNormBias),
            linear: init.linear(Parameter::HeadWeight, Parameter::HeadBias),
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - logits: `[batch, classes]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<2> {
        self.linear.forward(self.normalize(x))
    }

    /// The class token, normalised: `[batch, width]`.
    fn normalize(&self, x: Tensor<3>) -> Tensor<2> {
        self.norm.forward(x.narrow(1, 0, 1).squeeze_dim(1))
    }
}
