//! The model's parameters by their names in a file.

use std::collections::HashMap;
use std::vec::IntoIter;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use crate::config::VitConfig;
use crate::model::Entry;
use crate::model::Layout;
use crate::vit::{Model, Packed, Vit};

/// A parameter, or its gradient, in a file's layout.
#[derive(Clone, Debug)]
pub struct NamedTensor {
    pub name: String,
    /// The shape in the file; `values` holds it flattened, row by row.
    pub shape: Vec<usize>,
    pub values: Tensor<1>,
}

/// Every parameter of the model.
pub fn parameters(model: &Vit) -> Vec<NamedTensor> {
    collect(model, What::Values)
}

/// The gradient of every parameter that `loss.backward()` of this model's logits gave.
pub fn gradients(model: &Model, gradients: &Gradients) -> Vec<NamedTensor> {
    match model {
        Model::Layers(vit) => collect(vit, What::Gradients(gradients)),
        Model::Packed(packed) => {
            let gradient = packed.parameters.val().grad(gradients);
            unpacked(packed, gradient)
        }
    }
}

/// What belongs to the parameters with these ids, given flattened: an optimiser's moments.
pub fn companions(model: &Model, flat: &HashMap<ParamId, Tensor<1>>) -> Vec<NamedTensor> {
    match model {
        Model::Layers(vit) => collect(vit, What::Companions(flat)),
        Model::Packed(packed) => unpacked(packed, flat.get(&packed.parameters.id).cloned()),
    }
}

fn unpacked(packed: &Packed, values: Option<Tensor<1>>) -> Vec<NamedTensor> {
    values.map_or_else(Vec::new, |values| parameters(&packed.unpack(values)))
}

fn collect(model: &Vit, what: What) -> Vec<NamedTensor> {
    let mut collector = Collector {
        entries: Layout::of(&model.config).entries().into_iter(),
        what,
        found: Vec::new(),
    };
    model.visit(&mut collector);
    collector.found
}

/// What to collect of each parameter.
enum What<'a> {
    Values,
    Gradients(&'a Gradients),
    Companions(&'a HashMap<ParamId, Tensor<1>>),
}

/// The model's fields have the order of the table.
struct Collector<'a> {
    entries: IntoIter<Entry>,
    what: What<'a>,
    found: Vec<NamedTensor>,
}

impl ModuleVisitor for Collector<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Entry { name, shape, .. } = self.entries.next().expect("as many entries as fields");
        let value = match self.what {
            What::Values => Some(param.val().inner()),
            What::Gradients(gradients) => param.val().grad(gradients),
            What::Companions(flat) => flat
                .get(&param.id)
                .map(|flat| flat.clone().reshape(param.shape())),
        };
        self.found.extend(value.map(|value| NamedTensor {
            name,
            shape,
            values: transpose_matrix(value).flatten(0, D - 1),
        }));
    }
}

/// Puts values read from a file into a model.
pub struct Loader {
    entries: IntoIter<Entry>,
    values: HashMap<String, Vec<f32>>,
}

impl Loader {
    /// `values` holds every parameter, in the file's layout.
    pub fn new(config: &VitConfig, values: HashMap<String, Vec<f32>>) -> Self {
        Self {
            entries: Layout::of(config).entries().into_iter(),
            values,
        }
    }
}

impl ModuleMapper for Loader {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let entry = self.entries.next().expect("as many entries as fields");
        let values = self.values.remove(&entry.name);
        let values = values.expect("every tensor was checked");
        param.map(|old| {
            let tensor = from_file(values, old.dims(), &old.device());
            if tensor.is_autodiff() {
                tensor.require_grad()
            } else {
                tensor
            }
        })
    }
}

/// A tensor of this shape in burn's layout, from values in the file's layout. Its memory is in
/// order, as that of every updated weight is: another order would round sums differently.
fn from_file<const D: usize>(values: Vec<f32>, shape: [usize; D], device: &Device) -> Tensor<D> {
    let values = match shape[..] {
        [inputs, outputs] => (0..values.len())
            .map(|index| values[index % outputs * inputs + index / outputs])
            .collect(),
        _ => values,
    };
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// burn's linear weights are `[inputs, outputs]`, PyTorch's `[outputs, inputs]`.
fn transpose_matrix<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if D == 2 {
        tensor.swap_dims(0, 1)
    } else {
        tensor
    }
}
