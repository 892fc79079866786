//! The parameters of a certain model by name, as files have them, and the flat buffer made of them.

use std::iter;
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

/// The beginnings of the names of sections; a block's number follows.
const EMBEDDING: &str = "embeddings_block.";
const BLOCKS: &str = "encoder_blocks.layers.";
const HEAD: &str = "mlp_head.";

impl Layout {
    /// Every parameter, in the order of the flat buffer. One at a time: a file may announce many more
    /// than it holds.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + use<> {
        let (layout, places) = (*self, self.places());
        let [embedding, block, head] = Parameter::SECTIONS;
        let blocks = 0..self.layers;
        let blocks = blocks.map(move |at| (format!("{BLOCKS}{at}."), at, block));
        iter::once((EMBEDDING.into(), 0, embedding))
            .chain(blocks)
            .chain(iter::once((HEAD.into(), 0, head)))
            .flat_map(move |(prefix, block, parameters)| {
                parameters.iter().map(move |parameter| Entry {
                    name: format!("{prefix}{}", parameter.name()),
                    shape: parameter.shape(&layout)[4 - parameter.rank()..].to_vec(),
                    place: places.of(*parameter, block),
                })
            })
    }

    /// Whether one of [`Layout::entries`] has that name.
    pub fn has(&self, name: &str) -> bool {
        let [embedding, block, head] = Parameter::SECTIONS;
        let within = |start: &str, parameters: &[Parameter]| {
            let rest = name.strip_prefix(start);
            rest.is_some_and(|rest| parameters.iter().any(|each| each.name() == rest))
        };
        let number = name
            .strip_prefix(BLOCKS)
            .and_then(|rest| rest.split('.').next());
        let at = number.and_then(|number| number.parse().ok());
        let is_of_block = |at: usize| at < self.layers && within(&format!("{BLOCKS}{at}."), block);
        within(EMBEDDING, embedding) || within(HEAD, head) || at.is_some_and(is_of_block)
    }
}
