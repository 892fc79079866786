//! Where each parameter lies in the flat buffer that devices compute with.
//!
//! The buffer has a section for the embedding, one for each encoder block and one for the head.
//! Sections start at multiples of 64 values, as WebGPU asks of a binding; zeros fill the gaps.
//! Matrices lie transposed there, `[inputs, outputs]`, as `x · weight` wants them.

use std::collections::HashMap;
use std::ops::Range;

use super::Parameter;
use crate::config::{Activation, Norm, VitConfig};

/// Values between two places where a WebGPU binding may start.
const ALIGNMENT: usize = 64;

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

    /// Where a value lies in the flat buffer, from its index in PyTorch's layout.
    fn flat_index(&self, index: usize) -> usize {
        let [outputs, inputs] = self.matrix();
        self.place.start + index % inputs * outputs + index / inputs
    }
}

/// A part of the flat buffer: where it starts, and how many of its values are parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    pub start: usize,
    pub used: usize,
}

impl Section {
    pub fn end(&self) -> usize {
        (self.start + self.used).next_multiple_of(ALIGNMENT)
    }
}

/// A model's sizes, and so the place of each of its parameters in the flat buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    pub image_size: usize,
    pub patch_size: usize,
    pub channels: usize,
    pub classes: usize,
    pub tokens: usize,
    pub width: usize,
    pub heads: usize,
    pub layers: usize,
    pub hidden: usize,
    pub activation: Activation,
    pub norm: Norm,
    /// The bits of a float32.
    pub eps_bits: u32,
}

impl Layout {
    pub fn of(config: &VitConfig) -> Self {
        Self {
            image_size: config.image_size,
            patch_size: config.patch_size,
            channels: config.channels,
            classes: config.classes,
            tokens: config.tokens(),
            width: config.width,
            heads: config.heads,
            layers: config.layers,
            hidden: config.hidden,
            activation: config.activation,
            norm: config.norm,
            eps_bits: (config.layer_norm_eps as f32).to_bits(),
        }
    }

    /// Values in one patch.
    pub fn patch_values(&self) -> usize {
        self.channels * self.patch_size.pow(2)
    }

    pub fn embedding(&self) -> Section {
        self.section(0, &Parameter::EMBEDDING)
    }

    pub fn block(&self, index: usize) -> Section {
        let first = self.section(self.embedding().end(), &Parameter::BLOCK);
        Section {
            start: first.start + index * (first.end() - first.start),
            ..first
        }
    }

    pub fn head(&self) -> Section {
        self.section(self.block(self.layers).start, &Parameter::HEAD)
    }

    fn section(&self, start: usize, parameters: &[Parameter]) -> Section {
        let lengths = parameters.iter().map(|parameter| parameter.len(self));
        Section {
            start,
            used: lengths.sum(),
        }
    }

    /// The flat buffer's length.
    pub fn values(&self) -> usize {
        self.head().end()
    }

    /// Where a parameter starts in its section.
    pub fn offset(&self, parameter: Parameter) -> usize {
        let sections = [
            &Parameter::EMBEDDING[..],
            &Parameter::BLOCK,
            &Parameter::HEAD,
        ];
        let section = sections.into_iter().find(|all| all.contains(&parameter));
        let before = section.into_iter().flatten();
        before
            .take_while(|each| **each != parameter)
            .map(|each| each.len(self))
            .sum()
    }

    /// A parameter's place in the flat buffer; `block` says of which encoder block, if of any.
    pub fn place(&self, parameter: Parameter, block: usize) -> Range<usize> {
        let section = if Parameter::EMBEDDING.contains(&parameter) {
            self.embedding()
        } else if Parameter::HEAD.contains(&parameter) {
            self.head()
        } else {
            self.block(block)
        };
        let start = section.start + self.offset(parameter);
        start..start + parameter.len(self)
    }

    /// Every parameter, in the order of the flat buffer.
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut add = |prefix: &str, block: usize, parameters: &[Parameter]| {
            entries.extend(parameters.iter().map(|parameter| Entry {
                name: format!("{prefix}{}", parameter.name()),
                shape: parameter.shape(self)[4 - parameter.rank()..].to_vec(),
                place: self.place(*parameter, block),
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

impl Layout {
    /// The flat buffer, from values by name in PyTorch's layout.
    ///
    /// # Panics
    /// If a parameter is missing, or has another number of values.
    pub fn pack(&self, values: &HashMap<String, Vec<f32>>) -> Vec<f32> {
        let mut flat = vec![0.0; self.values()];
        for entry in self.entries() {
            let values = &values[&entry.name];
            assert_eq!(values.len(), entry.place.len(), "{}", entry.name);
            for (index, value) in values.iter().enumerate() {
                flat[entry.flat_index(index)] = *value;
            }
        }
        flat
    }

    /// Values by name in PyTorch's layout, from the flat buffer.
    pub fn unpack(&self, flat: &[f32]) -> HashMap<String, Vec<f32>> {
        let values = |entry: &Entry| {
            let indices = 0..entry.place.len();
            indices.map(|index| flat[entry.flat_index(index)]).collect()
        };
        let entries = self.entries().into_iter();
        entries
            .map(|entry| (entry.name.clone(), values(&entry)))
            .collect()
    }
}

impl VitConfig {
    /// Trainable parameters of a model of this shape.
    pub fn parameters(&self) -> usize {
        let layout = Layout::of(self);
        layout.embedding().used + layout.layers * layout.block(0).used + layout.head().used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layouts() -> impl Iterator<Item = Layout> {
        let presets = VitConfig::PRESETS.into_iter();
        presets.map(|name| Layout::of(&VitConfig::preset(name).unwrap()))
    }

    #[test]
    fn presets_have_the_published_size() {
        let found = VitConfig::PRESETS.map(|name| VitConfig::preset(name).unwrap().parameters());
        assert_eq!(found, [139_018, 107_338, 19_658]);
    }

    #[test]
    fn parameters_follow_each_other_and_sections_are_aligned() {
        for layout in layouts() {
            let mut end = 0;
            for Entry { name, place, shape } in layout.entries() {
                let gap = place.start - end;
                assert!(
                    gap == 0 || gap < ALIGNMENT && place.start % ALIGNMENT == 0,
                    "{name}"
                );
                assert_eq!(place.len(), shape.iter().product::<usize>(), "{name}");
                end = place.end;
            }
            assert_eq!(end.next_multiple_of(ALIGNMENT), layout.values());
        }
    }

    #[test]
    fn packing_transposes_matrices_and_unpacking_undoes_it() {
        for layout in layouts() {
            let entries = layout.entries();
            let count = |entry: &Entry| (0..entry.place.len()).map(|index| index as f32).collect();
            let values: HashMap<_, Vec<f32>> = entries
                .iter()
                .map(|entry| (entry.name.clone(), count(entry)))
                .collect();
            let flat = layout.pack(&values);
            assert_eq!(layout.unpack(&flat), values);
            // The second input of the first output follows all outputs of the first input.
            let weight = &flat[layout.place(Parameter::HeadWeight, 0)];
            assert_eq!(weight[layout.classes], 1.0);
            assert_eq!(weight[1], layout.width as f32);
        }
    }

    #[test]
    fn names_and_shapes_are_pytorchs() {
        let entries = Layout::of(&VitConfig::reference()).entries();
        let has = |name: &str, shape: &[usize]| {
            entries
                .iter()
                .any(|entry| entry.name == name && entry.shape == shape)
        };
        assert_eq!(entries.len(), 4 + 4 * 12 + 4);
        assert!(has("embeddings_block.cls_token", &[1, 1, 16]));
        assert!(has("embeddings_block.position_embeddings", &[1, 50, 16]));
        assert!(has("embeddings_block.patcher.0.weight", &[16, 1, 4, 4]));
        assert!(has(
            "encoder_blocks.layers.3.self_attn.in_proj_weight",
            &[48, 16]
        ));
        assert!(has("encoder_blocks.layers.0.linear1.bias", &[768]));
        assert!(has("mlp_head.1.weight", &[10, 16]));
    }
}
