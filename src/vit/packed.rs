//! A model whose parameters are one tensor, for devices with kernels for the whole model.

use std::vec::IntoIter;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Tensor};

use super::Vit;
use super::model::on_device;
use crate::device;
use crate::kernels::gpu::{self, Input};
use crate::kernels::{self, Dropout};
use crate::model::Entry;
use crate::model::Layout;

/// A [`Vit`] in one tensor.
#[derive(Module, Debug)]
pub struct Packed {
    /// As [`Layout`] describes.
    pub parameters: Param<Tensor<1>>,
    #[module(skip)]
    layout: Layout,
    /// What the parameters are parts of; its own are not used.
    #[module(skip)]
    pub(super) form: Vit,
}

impl Packed {
    /// `vit` on the device, which may be of autodiff. It is packed where it is.
    pub fn new(vit: Vit, layout: Layout, device: &Device) -> Self {
        let parameters = on_device(pack(&vit, layout), device);
        Self {
            parameters: Param::from_tensor(parameters),
            layout,
            form: vit,
        }
    }

    /// As [`Vit::forward_training`]; [`Dropout::NONE`] for [`Vit::forward`].
    pub(super) fn forward(&self, input: Input, dropout: Dropout) -> Tensor<2> {
        let parameters = self.parameters.val();
        if let Input::Images(images) = &input
            && dropout.is_none()
            && let Some(logits) = kernels::read(images, &parameters, self.layout)
        {
            return logits;
        }
        let is_on_gpu = device::has_gpu_kernels(&parameters.device());
        if is_on_gpu && self.layout.takes(input.batch()) {
            return gpu::vit(input, parameters, self.layout, dropout);
        }
        let images = input.images();
        let vit = self.unpack(parameters);
        vit.forward_dropping(images, dropout)
    }

    /// Another model's parameters, on the device, in the same places.
    pub fn pack(&self, vit: &Vit, device: &Device) -> Tensor<1> {
        pack(vit, self.layout).to_device(device)
    }

    /// The model again, with parameters from a tensor like [`Packed::parameters`].
    pub fn unpack(&self, parameters: Tensor<1>) -> Vit {
        self.form.clone().map(&mut Unpacker {
            parameters,
            entries: self.layout.entries().into_iter(),
        })
    }
}

/// All parameters at their places, and zeros between sections.
fn pack(vit: &Vit, layout: Layout) -> Tensor<1> {
    let mut parts = Vec::new();
    let mut end = 0;
    let fill = |parts: &mut Vec<Tensor<1>>, gap: usize| {
        if gap > 0 {
            let device = parts[0].device();
            parts.push(Tensor::zeros([gap], &device));
        }
    };
    for ((_, values), Entry { place, .. }) in vit.flat().into_iter().zip(layout.entries()) {
        fill(&mut parts, place.start - end);
        parts.push(values);
        end = place.end;
    }
    fill(&mut parts, layout.values() - end);
    Tensor::cat(parts, 0)
}

impl Vit {
    /// Every parameter flattened and without gradients, in the order of the model's fields.
    pub(crate) fn flat(&self) -> Vec<(ParamId, Tensor<1>)> {
        let mut found = Flat(Vec::new());
        self.visit(&mut found);
        found.0
    }
}

struct Flat(Vec<(ParamId, Tensor<1>)>);

impl ModuleVisitor for Flat {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let value = if value.is_autodiff() {
            value.inner()
        } else {
            value
        };
        self.0.push((param.id, value.flatten(0, D - 1)));
    }
}

/// Gives each parameter its part.
struct Unpacker {
    parameters: Tensor<1>,
    entries: IntoIter<Entry>,
}

impl ModuleMapper for Unpacker {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Entry { place, .. } = self.entries.next().expect("as many entries as fields");
        param.map(|old| {
            let part = self.parameters.clone().slice([place]);
            part.reshape(old.shape())
        })
    }
}
