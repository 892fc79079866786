//! A model whose parameters are one tensor, for devices with kernels for the whole model.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Tensor};

use super::Vit;
use super::model::on_device;
use crate::device;
use crate::kernels::gpu::{self, Input};
use crate::kernels::layout::Section;
use crate::kernels::{self, Dropout, Layout};

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
            places: places(self.layout),
            next: 0,
        })
    }
}

/// All parameters, in the order of the model's fields.
fn pack(vit: &Vit, layout: Layout) -> Tensor<1> {
    let mut values = vit.flat().into_iter().map(|(_, values)| values);
    let mut parts = Vec::new();
    for section in layout.sections() {
        let mut length = 0;
        while length < section.used {
            let part = values.next().expect("a section is whole parameters");
            length += part.dims()[0];
            parts.push(part);
        }
        let gap = section.end() - section.start - section.used;
        if gap > 0 {
            parts.push(Tensor::zeros([gap], &parts[0].device()));
        }
    }
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

/// Sections as they follow each other.
fn places(layout: Layout) -> Vec<Section> {
    layout.sections().collect()
}

/// Gives each parameter its part.
struct Unpacker {
    parameters: Tensor<1>,
    /// What is left of the sections.
    places: Vec<Section>,
    next: usize,
}

impl ModuleMapper for Unpacker {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|old| {
            let shape = old.shape();
            let length = shape.num_elements();
            if self.places[self.next].used == 0 {
                self.next += 1;
            }
            let place = &mut self.places[self.next];
            let part = place.start..place.start + length;
            place.start += length;
            place.used -= length;
            self.parameters.clone().slice([part]).reshape(shape)
        })
    }
}
