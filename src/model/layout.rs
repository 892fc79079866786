//! The places of parameters in the flat buffer that devices compute with.
//!
//! The buffer has a section for the embedding, one for each encoder block and one for the head.
//! Sections start at multiples of 64 values, as WebGPU asks of a binding; zeros fill the gaps.
//! Matrices lie transposed there, `[inputs, outputs]`, as `x · weight` wants them.

use std::ops::Range;

use super::Parameter;
use crate::config::{Activation, Norm, VitConfig};
use crate::error::{Expected, Result, require};

/// Values between two places where a WebGPU binding may start.
const ALIGNMENT: usize = 64;

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

    /// The place of every parameter.
    pub fn places(&self) -> Places {
        let mut places = Places {
            layout: *self,
            offsets: [0; Parameter::COUNT],
            block: self.block(0).start,
            stride: self.block(1).start - self.block(0).start,
            head: self.head().start,
        };
        for parameters in Parameter::SECTIONS {
            let mut offset = 0;
            for parameter in parameters {
                places.offsets[*parameter as usize] = offset;
                offset += parameter.len(self);
            }
        }
        places
    }
}

/// The places of a model's parameters, summed up once: a digit is read in a few hundred microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    layout: Layout,
    /// The start of each parameter in its section.
    offsets: [usize; Parameter::COUNT],
    /// The start of the first block, the distance to the next, and the start of the head.
    block: usize,
    stride: usize,
    head: usize,
}

impl Places {
    /// A parameter's place in the flat buffer; `block` says of which encoder block, if of any.
    pub fn of(&self, parameter: Parameter, block: usize) -> Range<usize> {
        let section = match parameter as usize {
            at if at < Parameter::EMBEDDING.len() => 0,
            at if at < Parameter::COUNT - Parameter::HEAD.len() => self.block + block * self.stride,
            _ => self.head,
        };
        let start = section + self.offset(parameter);
        start..start + parameter.len(&self.layout)
    }

    /// The place where a parameter starts in its section.
    pub fn offset(&self, parameter: Parameter) -> usize {
        self.offsets[parameter as usize]
    }
}

/// Parameters, both moments, the gradient and transposed matrices of so many take 1 GB.
const MOST_PARAMETERS: u64 = 50_000_000;
/// WebAssembly has 4,295 MB, and needs some for data and files.
const MOST_MEGABYTES: u64 = 3_500;
/// Parameters and moments, each in use, in the last good state and in a checkpoint; the gradient and its sums.
const PARAMETER_COPIES: u64 = 12;

impl VitConfig {
    /// Checks that a model of this shape can exist, and fits a browser tab.
    ///
    /// # Errors
    /// Those of [`VitConfig::validate`]; [`Error::Config`](crate::Error::Config) with the number of
    /// parameters.
    pub fn check_size(&self) -> Result<()> {
        self.validate()?;
        let count = self.parameters();
        let most = MOST_PARAMETERS;
        let expected = Expected::Parameters { most, count };
        require(count <= most, "width", self.width, expected)
    }

    /// Checks that such a model can be trained in a browser tab, so many images at once.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) with the memory that it needs at least.
    pub fn check_memory(&self, images: usize) -> Result<()> {
        let [width, heads, layers, tokens] =
            [self.width, self.heads, self.layers, images * self.tokens()].map(|size| size as u64);
        // Inputs of attention and MLP, queries, keys, values, what they mix, two norms; softmax's sums.
        let block = 8 * width + 2 * heads;
        let values = PARAMETER_COPIES * self.parameters() + tokens * (layers * block + 12 * width);
        let (found, most) = (4 * values / 1_000_000, MOST_MEGABYTES);
        let expected = Expected::Memory { found, most };
        require(found <= most, "layers", layers, expected)
    }

    /// Trainable parameters of a model of this shape, which need not fit anywhere.
    pub fn parameters(&self) -> u64 {
        let layout = Layout::of(self);
        let count = |parameters: &[Parameter]| -> u64 {
            parameters.iter().map(|each| each.count(&layout)).sum()
        };
        let [embedding, block, head] = Parameter::SECTIONS.map(count);
        embedding + layout.layers as u64 * block + head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Entry;

    fn layouts() -> impl Iterator<Item = Layout> {
        let presets = VitConfig::PRESETS.into_iter();
        presets.map(|name| Layout::of(&VitConfig::preset(name).unwrap()))
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
            let mut flat = vec![0.0; layout.values()];
            for entry in layout.entries() {
                let count: Vec<f32> = (0..entry.place.len()).map(|index| index as f32).collect();
                entry.pack(&count, &mut flat);
                assert_eq!(entry.unpack(&flat), count, "{}", entry.name);
            }
            // The second input of the first output follows all outputs of the first input.
            let weight = &flat[layout.places().of(Parameter::HeadWeight, 0)];
            assert_eq!(weight[layout.classes], 1.0);
            assert_eq!(weight[1], layout.width as f32);
        }
    }

    #[test]
    fn names_are_known_that_entries_have_and_no_others() {
        for layout in layouts() {
            assert!(layout.entries().all(|entry| layout.has(&entry.name)));
            let beyond = format!("encoder_blocks.layers.{}.norm1.bias", layout.layers);
            let zeros = "encoder_blocks.layers.00.norm1.bias";
            let others = ["", "norm1.bias", zeros, &beyond];
            assert!(others.iter().all(|name| !layout.has(name)));
        }
    }

    #[test]
    fn kinds_are_numbered_in_their_order() {
        let kinds = Parameter::SECTIONS.into_iter().flatten();
        assert!(kinds.map(|kind| *kind as usize).eq(0..Parameter::COUNT));
    }
}
