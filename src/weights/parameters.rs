//! The model's parameters by their names in a file.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use super::layout::{file_name, tensor_specs};
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
        path: Vec::new(),
        what,
        values: HashMap::new(),
    };
    model.visit(&mut collector);
    let mut found = collector.values;
    tensor_specs(&model.config)
        .into_iter()
        .filter_map(|spec| {
            let values = found.remove(&spec.name)?;
            Some(NamedTensor {
                name: spec.name,
                shape: spec.shape,
                values,
            })
        })
        .collect()
}

/// What to collect of each parameter.
enum What<'a> {
    Values,
    Gradients(&'a Gradients),
    Companions(&'a HashMap<ParamId, Tensor<1>>),
}

struct Collector<'a> {
    path: Vec<String>,
    what: What<'a>,
    values: HashMap<String, Tensor<1>>,
}

impl ModuleVisitor for Collector<'_> {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = match self.what {
            What::Values => Some(param.val().inner()),
            What::Gradients(gradients) => param.val().grad(gradients),
            What::Companions(flat) => flat
                .get(&param.id)
                .map(|flat| flat.clone().reshape(param.shape())),
        };
        if let Some(value) = value {
            let name = file_name(&self.path);
            self.values
                .insert(name, transpose_matrix(value).flatten(0, D - 1));
        }
    }
}

/// Puts values read from a file into a model.
pub struct Loader {
    path: Vec<String>,
    values: HashMap<String, Vec<f32>>,
}

impl Loader {
    /// `values` holds every parameter, in the file's layout.
    pub fn new(values: HashMap<String, Vec<f32>>) -> Self {
        Self {
            path: Vec::new(),
            values,
        }
    }
}

impl ModuleMapper for Loader {
    fn enter_module(&mut self, name: &str, _: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = file_name(&self.path);
        let values = self.values.remove(&name).expect("every tensor was checked");
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
