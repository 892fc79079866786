//! The parameters of a certain model by name, as files have them, and the flat buffer made of them.

use std::ops::Range;

use super::{Layout, Parameter};

/// A parameter of a model with a certain configuration.
#[derive(Clone, Debug)]
pub struct Entry {
    /// PyTorch's name, as in files.
    pub name: String,
    /// PyTorch's shape: matrices are `[outputs, inputs]`.
    pub shape: Vec<usize>,
    /// Its place in the flat buffer.
    pub place: Range<usize>,
}

impl Entry {
    /// Outputs and inputs of a matrix; a vector has one output.
    fn matrix(&self) -> [usize; 2] {
        let outputs = match self.shape.len() {
            2 | 4 => self.shape[0],
            _ => 1,
        };
        [outputs, self.place.len() / outputs]
    }

    /// The index of a value in the flat buffer, from its index in PyTorch's layout.
    fn flat_index(&self, index: usize) -> usize {
        let [outputs, inputs] = self.matrix();
        self.place.start + index % inputs * outputs + index / inputs
    }

    /// Puts values in PyTorch's layout at their place.
    ///
    /// # Panics
    /// If the parameter has another number of values.
    pub fn pack(&self, values: &[f32], flat: &mut [f32]) {
        assert_eq!(values.len(), self.place.len(), "{}", self.name);
        for (index, value) in values.iter().enumerate() {
            flat[self.flat_index(index)] = *value;
        }
    }

    /// The values at its place, in PyTorch's layout.
    pub fn unpack(&self, flat: &[f32]) -> Vec<f32> {
        let indices = 0..self.place.len();
        indices.map(|index| flat[self.flat_index(index)]).collect()
    }
}

impl Layout {
    /// Every parameter, in the order of the flat buffer.
    pub fn entries(&self) -> Vec<Entry> {
        let places = self.places();
        let mut entries = Vec::new();
        let mut add = |prefix: &str, block: usize, parameters: &[Parameter]| {
            entries.extend(parameters.iter().map(|parameter| Entry {
                name: format!("{prefix}{}", parameter.name()),
                shape: parameter.shape(self)[4 - parameter.rank()..].to_vec(),
                place: places.of(*parameter, block),
            }));
        };
        add("embeddings_block.", 0, &Parameter::EMBEDDING);
        for block in 0..self.layers {
            add(
                &format!("encoder_blocks.layers.{block}."),
                block,
                &Parameter::BLOCK,
            );
        }
        add("mlp_head.", 0, &Parameter::HEAD);
        entries
    }
}
