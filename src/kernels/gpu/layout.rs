//! Where each parameter of a model lies in one buffer, in the order of the model's fields.
//!
//! Sections start at multiples of 64 values, as WebGPU asks of a binding; zeros fill the gaps.

use crate::config::{Activation, Norm, VitConfig};

/// Values between two places where a binding may start.
const ALIGNMENT: usize = 64;
/// More would not stay in registers.
const WIDEST: usize = 128;
const WIDEST_HEAD: usize = 32;
/// What WebGPU binds at least, in values of 4 bytes.
pub const LARGEST_BUFFER: usize = (128 << 20) / 4;
/// WebGPU dispatches no more workgroups along one dimension.
pub const MOST_GROUPS: usize = 65_535;
/// Invocations of a workgroup that takes tokens, at most.
pub const LARGEST_GROUP: usize = 128;
/// Segments that weight gradients are summed in, at most: for small batches, and for large ones.
const SEGMENTS: [usize; 2] = [32, 128];
/// Images of a segment of a batch in between.
const IN_A_SEGMENT: usize = 4;

/// The sizes of a model that has kernels for the whole of it.
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
    /// Of a model with that configuration, if there are kernels for it.
    pub fn of(config: &VitConfig) -> Option<Self> {
        let head_width = config.width / config.heads;
        let fits = config.width.is_multiple_of(4)
            && config.hidden.is_multiple_of(4)
            && config.width <= WIDEST
            && head_width <= WIDEST_HEAD;
        let layout = Self {
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
        };
        (fits && layout.values() <= 64 * MOST_GROUPS).then_some(layout)
    }

    /// Whether a batch of that many images fits into what WebGPU binds and dispatches.
    pub fn takes(&self, batch: usize) -> bool {
        let values = self.tokens * 3 * self.width;
        let values = values.max(self.channels * self.image_size.pow(2));
        let fits = self.invocations(batch) <= LARGEST_GROUP * MOST_GROUPS;
        batch * values <= LARGEST_BUFFER && fits
    }

    /// Of the shader that has the most: an invocation takes a head of a token, or four of two
    /// tokens' queries, keys and values.
    pub fn invocations(&self, batch: usize) -> usize {
        batch * self.tokens * self.heads.max((3 * self.width / 4).div_ceil(2))
    }

    pub fn embedding(&self) -> Section {
        let values = self.channels * self.patch_size.pow(2);
        Section {
            start: 0,
            used: (values + 2 + self.tokens) * self.width,
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

    /// How many segments of how many images a batch's weight gradients are summed in.
    pub fn segments(&self, batch: usize) -> [usize; 2] {
        let [few, many] = SEGMENTS;
        let wanted = (batch / IN_A_SEGMENT).clamp(few, many);
        let most = wanted.min(LARGEST_BUFFER / self.values()).max(1);
        let images = batch.div_ceil(most);
        [batch.div_ceil(images), images]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_every_parameter() {
        for preset in VitConfig::PRESETS {
            let config = VitConfig::preset(preset).unwrap();
            let layout = Layout::of(&config).unwrap();
            let used: usize = layout.sections().map(|section| section.used).sum();
            assert_eq!(used, config.parameters(), "{preset}");
            assert!(layout.sections().all(|each| each.start % ALIGNMENT == 0));
        }
    }

    #[test]
    fn what_webgpu_cannot_bind_or_dispatch_is_left_to_other_operations() {
        let reference = VitConfig::reference();
        let layout = Layout::of(&reference).unwrap();
        assert!(layout.takes(4_096));
        assert!(!layout.takes(100_000));
        let many_heads = VitConfig {
            patch_size: 1,
            heads: 16,
            ..reference.clone()
        };
        // The buffers would do: 785 tokens, 16 heads.
        let batch = LARGEST_BUFFER / (785 * 3 * 16);
        assert!(!Layout::of(&many_heads).unwrap().takes(batch));
        let large = VitConfig {
            width: 128,
            hidden: 8_192,
            ..reference
        };
        assert_eq!(Layout::of(&large), None);
    }

    #[test]
    fn segments_hold_every_image() {
        let layout = Layout::of(&VitConfig::reference()).unwrap();
        for (batch, expected) in [
            (1, [1, 1]),
            (32, [32, 1]),
            (33, [17, 2]),
            (64, [32, 2]),
            (256, [64, 4]),
            (1_024, [128, 8]),
        ] {
            assert_eq!(layout.segments(batch), expected);
        }
    }
}
