//! The model's parameters by their names in a file.

use std::collections::HashMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};

use super::layout::{file_name, tensor_specs};
use crate::vit::Vit;

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
    collect(model, None)
}

/// The gradient of every parameter that `loss.backward()` of this model's logits gave.
pub fn gradients(model: &Vit, gradients: &Gradients) -> Vec<NamedTensor> {
    collect(model, Some(gradients))
}

fn collect(model: &Vit, gradients: Option<&Gradients>) -> Vec<NamedTensor> {
    let mut collector = Collector {
        path: Vec::new(),
        gradients,
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

struct Collector<'a> {
    path: Vec<String>,
    gradients: Option<&'a Gradients>,
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
        let value = match self.gradients {
            None => Some(param.val().inner()),
            Some(gradients) => param.val().grad(gradients),
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
            let mut shape: [usize; D] = old.dims();
            if D == 2 {
                shape.reverse();
            }
            let tensor = Tensor::from_data(TensorData::new(values, shape), &old.device());
            let tensor = transpose_matrix(tensor);
            if tensor.is_autodiff() {
                tensor.require_grad()
            } else {
                tensor
            }
        })
    }
}

/// burn's linear weights are `[inputs, outputs]`, PyTorch's `[outputs, inputs]`.
fn transpose_matrix<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if D == 2 {
        tensor.swap_dims(0, 1)
    } else {
        tensor
    }
}
