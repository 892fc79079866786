//! The limits of WebGPU, and the part of a batch that an invocation or a workgroup gets.

use crate::model::Layout;

/// More would not stay in registers.
const WIDEST: usize = 128;
const WIDEST_HEAD: usize = 32;
/// The size that WebGPU binds at least, in values of 4 bytes.
pub const LARGEST_BUFFER: usize = (128 << 20) / 4;
/// WebGPU dispatches no more workgroups along one dimension.
pub const MOST_WORKGROUPS: usize = 65_535;
/// Invocations of a workgroup that takes tokens, at most; the MLP's may have more.
pub const LARGEST_WORKGROUP: usize = 128;
/// Segments that weight gradients are summed in, at most: for small batches, and for large ones.
const SEGMENTS: [usize; 2] = [32, 128];
/// Images of a segment of a batch in between.
const IN_A_SEGMENT: usize = 4;

impl Layout {
    /// Whether there are kernels for a model of these sizes.
    pub fn has_gpu_kernels(&self) -> bool {
        self.width.is_multiple_of(4)
            && self.hidden.is_multiple_of(4)
            && self.width <= WIDEST
            && self.width / self.heads <= WIDEST_HEAD
            && self.values() <= 64 * MOST_WORKGROUPS
    }

    /// Whether they take a batch of that many images: whether that fits into what WebGPU binds and
    /// dispatches.
    pub fn takes(&self, batch: usize) -> bool {
        let values = self.tokens * 3 * self.width;
        let values = values.max(self.channels * self.image_size.pow(2));
        let fits = self.invocations(batch) <= LARGEST_WORKGROUP * MOST_WORKGROUPS;
        self.has_gpu_kernels() && batch * values <= LARGEST_BUFFER && fits
    }

    /// Invocations of the shader that has the most: an invocation takes a head of a token, as a query or as a
    /// key, or four of two tokens' queries, keys and values.
    pub fn invocations(&self, batch: usize) -> usize {
        batch * self.tokens * (2 * self.heads).max((3 * self.width / 4).div_ceil(2))
    }

    /// The number of segments that a batch's weight gradients are summed in, and of images in each.
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
    use crate::config::VitConfig;

    #[test]
    fn what_webgpu_cannot_bind_or_dispatch_is_left_to_other_operations() {
        let reference = VitConfig::reference();
        let layout = Layout::of(&reference);
        assert!(layout.takes(4_096));
        assert!(!layout.takes(100_000));
        let many_heads = VitConfig {
            patch_size: 1,
            heads: 16,
            ..reference.clone()
        };
        // The buffers would do: 785 tokens, 16 heads.
        let batch = LARGEST_BUFFER / (785 * 3 * 16);
        assert!(!Layout::of(&many_heads).takes(batch));
        let large = VitConfig {
            width: 128,
            hidden: 8_192,
            ..reference
        };
        assert!(!Layout::of(&large).has_gpu_kernels());
    }

    #[test]
    fn segments_hold_every_image() {
        let layout = Layout::of(&VitConfig::reference());
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
