//! Fresh weights, drawn as PyTorch's layers draw theirs.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};

use super::{LayerNorm, Linear};
use crate::config::VitConfig;
use crate::model::parameters::Initial;
use crate::model::{Layout, Parameter};
use crate::random::{Purpose, Random};

/// Draws weights on the CPU, so that a seed means the same weights on every device.
pub struct Init<'a> {
    config: &'a VitConfig,
    layout: Layout,
    random: Random,
    device: &'a Device,
}

impl<'a> Init<'a> {
    pub fn new(config: &'a VitConfig, seed: u64, device: &'a Device) -> Self {
        Self {
            config,
            layout: Layout::of(config),
            random: Random::new(seed, Purpose::Weights, 0),
            device,
        }
    }

    pub fn linear(&mut self, weight: Parameter, bias: Parameter) -> Linear {
        let outputs = bias.len(&self.layout);
        let inputs = weight.len(&self.layout) / outputs;
        Linear {
            weight: self.draw(weight, [inputs, outputs]),
            bias: self.draw(bias, [outputs]),
        }
    }

    pub fn layer_norm(&mut self, weight: Parameter, bias: Parameter) -> LayerNorm {
        let width = self.config.width;
        LayerNorm {
            weight: self.draw(weight, [width]),
            bias: self.draw(bias, [width]),
            eps: self.config.layer_norm_eps,
        }
    }

    /// `[1, tokens, width]`, for as many tokens as the parameter has.
    pub fn tokens(&mut self, parameter: Parameter) -> Param<Tensor<3>> {
        let width = self.config.width;
        let tokens = parameter.len(&self.layout) / width;
        self.draw(parameter, [1, tokens, width])
    }

    fn draw<const D: usize>(
        &mut self,
        parameter: Parameter,
        shape: [usize; D],
    ) -> Param<Tensor<D>> {
        let initial = parameter.initial(self.config);
        let values = (0..parameter.len(&self.layout)).map(|_| match initial {
            Initial::Zeros => 0.0,
            Initial::Ones => 1.0,
            Initial::Uniform(bound) => self.random.between(-bound, bound),
            Initial::Normal(std) => self.random.normal() * std,
        });
        let values: Vec<f32> = values.collect();
        Param::from_data(TensorData::new(values, shape), self.device)
    }
}
