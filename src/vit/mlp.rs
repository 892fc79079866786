//! The feed-forward half of an encoder block.

use burn::module::Module;
use burn::tensor::Tensor;

use super::Linear;
use super::init::Init;
use crate::config::{Activation, VitConfig};
use crate::kernels::{self, Dropout, MlpLayers};
use crate::model::Parameter;

/// Two linear layers with an activation between them, on each token alone.
#[derive(Module, Debug)]
pub struct Mlp {
    /// Weight `[width, hidden]`
    pub linear1: Linear,
    /// Weight `[hidden, width]`
    pub linear2: Linear,
    #[module(skip)]
    pub activation: Activation,
}

impl Mlp {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            linear1: init.linear(Parameter::Linear1Weight, Parameter::Linear1Bias),
            linear2: init.linear(Parameter::Linear2Weight, Parameter::Linear2Bias),
            activation: config.activation,
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, tokens, width]`
    pub fn forward(&self, x: Tensor<3>, dropout: Dropout) -> Tensor<3> {
        let layers = MlpLayers {
            weight1: self.linear1.weight.val(),
            bias1: self.linear1.bias.val(),
            weight2: self.linear2.weight.val(),
            bias2: self.linear2.bias.val(),
            activation: self.activation,
            dropout,
        };
        kernels::mlp(x, layers)
    }
}
