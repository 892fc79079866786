//! Where each parameter of a model lies in one buffer, in the order of the model's fields.
//!
//! Sections start at multiples of 64 values, as WebGPU asks of a binding; zeros fill the gaps.

use crate::config::{Activation, Norm, VitConfig};

/// Values between two places where a binding may start.
const ALIGNMENT: usize = 64;

/// The sizes of a model.
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
    /// Of a float32.
    pub eps_bits: u32,
}

/// A part of the buffer: a start, and how many values of it are parameters.
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

impl Layout {
    /// Of a model with that configuration.
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
        Section {
            start: 0,
            used: (self.patch_values() + 2 + self.tokens) * self.width,
        }
    }

    pub fn block(&self, index: usize) -> Section {
        let start = self.embedding().end();
        let block = Section {
            start,
            used: 4 * self.width * self.width
                + 2 * self.width * self.hidden
                + self.hidden
                + 9 * self.width,
        };
        Section {
            start: start + index * (block.end() - start),
            ..block
        }
    }

    pub fn head(&self) -> Section {
        Section {
            start: self.block(self.layers).start,
            used: 2 * self.width + (self.width + 1) * self.classes,
        }
    }

    /// Every section, from the front.
    pub fn sections(&self) -> impl Iterator<Item = Section> {
        let blocks = (0..self.layers).map(|index| self.block(index));
        [self.embedding()]
            .into_iter()
            .chain(blocks)
            .chain([self.head()])
    }

    /// The buffer's length.
    pub fn values(&self) -> usize {
        self.head().end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_every_parameter() {
        for preset in VitConfig::PRESETS {
            let config = VitConfig::preset(preset).unwrap();
            let layout = Layout::of(&config);
            let used: usize = layout.sections().map(|section| section.used).sum();
            assert_eq!(used, config.parameters(), "{preset}");
            assert!(layout.sections().all(|each| each.start % ALIGNMENT == 0));
        }
    }
}
