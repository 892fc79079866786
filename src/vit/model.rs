//! A model in the form that its device computes fastest.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Device, Tensor};

use super::{Packed, Vit};
use crate::config::VitConfig;
use crate::device;
use crate::kernels::Dropout;
use crate::kernels::gpu::Input;
use crate::model::Layout;

/// A [`Vit`] on its way to being computed.
#[derive(Clone, Debug)]
pub enum Model {
    /// Operation by operation.
    Layers(Vit),
    /// By kernels for the whole model.
    Packed(Packed),
}

impl Model {
    /// On the device, which may be of autodiff; then parameters want gradients. `vit` may be
    /// anywhere, best on the CPU.
    pub fn new(vit: Vit, device: &Device) -> Self {
        let layout = Layout::of(&vit.config);
        let reads_whole = device::has_kernels(device) && !device.is_autodiff();
        if reads_whole || device::has_gpu_kernels(device) && layout.has_gpu_kernels() {
            Self::Packed(Packed::new(vit, layout, device))
        } else {
            Self::Layers(vit.map(&mut Mover { device }))
        }
    }

    pub fn config(&self) -> &VitConfig {
        match self {
            Self::Layers(vit) => &vit.config,
            Self::Packed(packed) => &packed.form.config,
        }
    }

    /// As [`Vit::forward`].
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Layers(vit) => vit.forward(images),
            Self::Packed(packed) => packed.forward(images.into(), Dropout::NONE),
        }
    }

    /// As [`Vit::forward_training`].
    pub fn forward_training(&self, input: impl Into<Input>, seed: u64) -> Tensor<2> {
        let input = input.into();
        match self {
            Self::Layers(vit) => vit.forward_training(input.images(), seed),
            Self::Packed(packed) => {
                let dropout = Dropout::new(self.config().dropout, seed);
                packed.forward(input, dropout)
            }
        }
    }

    /// The same without gradients.
    pub fn valid(&self) -> Self {
        match self {
            Self::Layers(vit) => {
                let vit = vit.valid();
                let device = vit.head.linear.bias.val().device();
                Self::new(vit, &device)
            }
            Self::Packed(packed) => Self::Packed(packed.valid()),
        }
    }

    /// The layers, which on some devices are copies.
    pub fn vit(&self) -> Vit {
        match self {
            Self::Layers(vit) => vit.clone(),
            Self::Packed(packed) => packed.unpack(packed.parameters.val()),
        }
    }
}

/// Puts parameters onto a device, and on one of autodiff lets them want gradients.
struct Mover<'a> {
    device: &'a Device,
}

impl ModuleMapper for Mover<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| on_device(value, self.device))
    }
}

/// A parameter's value on a device; wanting gradients, if the device is of autodiff.
pub(super) fn on_device<const D: usize>(value: Tensor<D>, device: &Device) -> Tensor<D> {
    let value = if value.is_autodiff() {
        value.inner()
    } else {
        value
    };
    let value = value.to_device(&device.clone().inner());
    if device.is_autodiff() {
        Tensor::from_inner(value).require_grad()
    } else {
        value
    }
}
