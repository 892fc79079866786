//! The feed-forward half of an encoder block.

use std::f64::consts::FRAC_1_SQRT_2;

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::init::Init;
use crate::config::{Activation, VitConfig};

/// Two linear layers with an activation between them, on each token alone.
#[derive(Module, Debug)]
pub struct Mlp {
    /// Weight `[width, hidden]`
    pub linear1: Linear,
    /// Weight `[hidden, width]`
    pub linear2: Linear,
    pub dropout: Dropout,
    #[module(skip)]
    pub activation: Activation,
}

impl Mlp {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            linear1: init.linear(config.width, config.hidden),
            linear2: init.linear(config.hidden, config.width),
            dropout: DropoutConfig::new(config.dropout).init(),
            activation: config.activation,
        }
    }

    /// # Shapes
    /// - x: `[batch, tokens, width]`
    /// - output: `[batch, tokens, width]`
    pub fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        // [batch, tokens, hidden]
        let hidden = self.linear1.forward(x);
        let hidden = match self.activation {
            Activation::Gelu => gelu(hidden),
            Activation::Relu => relu(hidden),
        };
        self.linear2.forward(self.dropout.forward(hidden))
    }
}

/// `x · Φ(x)`, exactly: burn's own `gelu` differentiates the tanh approximation on every backend
/// but flex, which puts gradients off by 2e-4 of their largest.
fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let erf = (x.clone() * FRAC_1_SQRT_2).erf();
    x * (erf + 1.0) * 0.5
}
