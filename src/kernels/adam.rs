//! The update of Adam (Kingma and Ba, 2015) and of AdamW (Loshchilov and Hutter, 2019).

use burn::backend::Dispatch;
use burn::tensor::{Device, Tensor};

use super::fused::{FusedAdam, trains_fused};

/// The numbers of one step, the same for every parameter.
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
    /// What the parameter is multiplied with: 1 but for `AdamW`.
    pub decay: f32,
    /// The learning rate, over the first moment's correction.
    pub rate: f32,
    /// 1 / √(the second moment's correction).
    pub root_scale: f32,
}

impl AdamStep {
    /// All of them, as kernels read them.
    pub fn numbers(&self) -> [f32; 9] {
        let [beta1, beta2] = self.betas;
        let [rest1, rest2] = self.complements;
        let Self {
            eps,
            l2,
            decay,
            rate,
            root_scale,
            ..
        } = *self;
        [beta1, beta2, rest1, rest2, eps, l2, decay, rate, root_scale]
    }

    /// The step of [`AdamStep::numbers`].
    ///
    /// # Panics
    /// If those are not nine.
    pub fn of(numbers: &[f32]) -> Self {
        let &[beta1, beta2, rest1, rest2, eps, l2, decay, rate, root_scale] = numbers else {
            panic!("{} numbers of a step, expected 9", numbers.len());
        };
        Self {
            betas: [beta1, beta2],
            complements: [rest1, rest2],
            eps,
            l2,
            decay,
            rate,
            root_scale,
        }
    }
}

/// A parameter, flattened, with running means of its gradient and of that one's square.
pub struct Parameter {
    pub value: Tensor<1>,
    pub moments: [Tensor<1>; 2],
}

/// A step on its way through the parameters of a device.
pub struct Update {
    step: AdamStep,
    /// `[1]`, what gradients are multiplied with first.
    gradient_scale: Tensor<1>,
    /// The step's, where the device has them.
    numbers: Tensor<1>,
}

impl Update {
    /// On WebGPU an upload submits what was launched before, so this is best done before a step.
    pub fn new(step: AdamStep, device: &Device) -> Self {
        Self {
            step,
            gradient_scale: Tensor::from_data([1.0], device),
            numbers: Tensor::from_data(step.numbers(), device),
        }
    }

    /// With `[1]`, what gradients are multiplied with first.
    pub fn scaled(self, gradient_scale: Tensor<1>) -> Self {
        Self {
            gradient_scale,
            ..self
        }
    }

    /// The parameter after the step. Where nobody else holds its tensors they are changed in place.
    pub fn apply(&self, parameter: Parameter, gradient: Tensor<1>) -> Parameter {
        let Parameter { value, moments } = parameter;
        if !trains_fused(&value) {
            return self.plain(value, gradient, moments);
        }
        let [first, second] = moments.map(Tensor::into_dispatch);
        let (value, first, second) = Dispatch::adam(
            value.into_dispatch(),
            gradient.into_dispatch(),
            first,
            second,
            self.gradient_scale.clone().into_dispatch(),
            self.numbers.clone().into_dispatch(),
        );
        Parameter {
            value: Tensor::from_dispatch(value),
            moments: [first, second].map(Tensor::from_dispatch),
        }
    }

    fn plain(&self, value: Tensor<1>, gradient: Tensor<1>, moments: [Tensor<1>; 2]) -> Parameter {
        let AdamStep {
            betas,
            complements,
            eps,
            decay,
            rate,
            root_scale,
            ..
        } = self.step;
        let mut gradient = gradient * self.gradient_scale.clone();
        if self.step.l2 != 0.0 {
            gradient = gradient + value.clone() * self.step.l2;
        }
        let [first, second] = moments;
        let first = first * betas[0] + gradient.clone() * complements[0];
        let second = second * betas[1] + gradient.clone() * gradient * complements[1];
        let root = second.clone().sqrt() * root_scale + eps;
        let delta = first.clone() / root * rate;
        let value = match decay {
            1.0 => value,
            _ => value * decay,
        };
        Parameter {
            value: value - delta,
            moments: [first, second],
        }
    }
}
