//! Fresh weights, drawn as PyTorch's layers draw theirs.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;

use super::{LayerNorm, Linear};
use crate::config::VitConfig;

/// Draws weights on the CPU, so that a seed means the same weights on every device.
pub struct Init {
    rng: StdRng,
    device: Device,
}

impl Init {
    pub fn new(seed: u64, device: &Device) -> Self {
        Self {
            rng: StdRng::seed_from_u64(seed),
            device: device.clone(),
        }
    }

    /// PyTorch's `nn.Linear` and `nn.Conv2d`: Kaiming uniform with a = √5, which is
    /// U(-1/√inputs, 1/√inputs), for weight and bias.
    pub fn linear(&mut self, inputs: usize, outputs: usize) -> Linear {
        let bound = (inputs as f32).sqrt().recip();
        Linear {
            weight: self.uniform([inputs, outputs], bound),
            bias: self.uniform([outputs], bound),
        }
    }

    /// The packed query, key and value projection of PyTorch's `nn.MultiheadAttention`:
    /// Xavier uniform over the packed matrix, bias zero.
    pub fn attention_input(&mut self, width: usize) -> Linear {
        let outputs = 3 * width;
        let bound = (6.0 / (width + outputs) as f32).sqrt();
        Linear {
            weight: self.uniform([width, outputs], bound),
            bias: self.param(vec![0.0; outputs], [outputs]),
        }
    }

    /// The output projection of PyTorch's `nn.MultiheadAttention`: a linear layer, bias zero.
    pub fn attention_output(&mut self, width: usize) -> Linear {
        let bound = (width as f32).sqrt().recip();
        Linear {
            weight: self.uniform([width, width], bound),
            bias: self.param(vec![0.0; width], [width]),
        }
    }

    /// `torch.randn` times `std`.
    pub fn normal(&mut self, shape: [usize; 3], std: f64) -> Param<Tensor<3>> {
        let values = (0..shape.iter().product())
            .map(|_| self.rng.sample::<f32, _>(StandardNormal) * std as f32)
            .collect();
        self.param(values, shape)
    }

    /// Ones and zeros.
    pub fn layer_norm(&mut self, config: &VitConfig) -> LayerNorm {
        LayerNorm {
            weight: self.param(vec![1.0; config.width], [config.width]),
            bias: self.param(vec![0.0; config.width], [config.width]),
            eps: config.layer_norm_eps,
        }
    }

    fn uniform<const D: usize>(&mut self, shape: [usize; D], bound: f32) -> Param<Tensor<D>> {
        let values = (0..shape.iter().product())
            .map(|_| self.rng.random_range(-bound..bound))
            .collect();
        self.param(values, shape)
    }

    fn param<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_data(TensorData::new(values, shape), &self.device)
    }
}
