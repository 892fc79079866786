//! The update of Adam (Kingma and Ba, 2015) and of AdamW (Loshchilov and Hutter, 2019).

use burn::tensor::{Device, Tensor};

/// The constants of one step, the same for every parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamStep {
    /// Decay rates of the two moments.
    pub betas: [f32; 2],
    /// 1 - betas, which float32 would round too far.
    pub complements: [f32; 2],
    /// Added to the root of the second moment.
    pub eps: f32,
    /// Weight decay that is added to the gradient, as by PyTorch's `Adam`.
    pub l2: f32,
    /// The factor that parameters are multiplied with: 1 but for `AdamW`.
    pub decay: f32,
    /// The learning rate, over the first moment's correction.
    pub rate: f32,
    /// 1 / √(the second moment's correction).
    pub root_scale: f32,
}

/// The values that a step of Adam changes: flat buffers, all alike.
#[derive(Clone, Debug)]
pub struct AdamState {
    pub parameters: Tensor<1>,
    /// Running means of the gradient and of its square.
    pub moments: [Tensor<1>; 2],
}

impl AdamState {
    /// Parameters without a step behind them.
    pub fn new(parameters: Tensor<1>) -> Self {
        let moments = [parameters.zeros_like(), parameters.zeros_like()];
        Self {
            parameters,
            moments,
        }
    }
}

/// A step of Adam on its way to a device.
#[derive(Clone, Debug)]
pub struct Update {
    pub step: AdamStep,
    /// Bound on the gradient's norm.
    pub clip_norm: Option<f64>,
    /// All of it as shaders read it: betas, complements, eps, l2, decay, rate, root_scale, bound.
    #[allow(dead_code, reason = "builds without WebGPU have no shaders")]
    pub(super) constants: Tensor<1>,
}

impl Update {
    /// On WebGPU an upload submits what was launched before, so make it before the batch.
    pub fn new(step: AdamStep, clip_norm: Option<f64>, device: &Device) -> Self {
        let [beta1, beta2] = step.betas;
        let [rest1, rest2] = step.complements;
        let AdamStep {
            eps,
            l2,
            decay,
            rate,
            root_scale,
            ..
        } = step;
        let bound = clip_norm.unwrap_or(f64::INFINITY) as f32;
        let constants = [
            beta1, beta2, rest1, rest2, eps, l2, decay, rate, root_scale, bound,
        ];
        Self {
            step,
            clip_norm,
            constants: Tensor::from_data(constants, device),
        }
    }
}
