//! The source of a batch's images.

use burn::cubecl::server::Handle;

use crate::engine::Normalization;

/// A batch's images.
#[expect(clippy::large_enum_variant, reason = "there is one for a whole batch")]
pub enum Source {
    /// Normalised, `[batch, channels, image_size, image_size]`.
    Images {
        images: Handle,
        batch: usize,
    },
    Gathering(Gathering),
}

/// The buffers that `gather.wgsl` reads and writes.
pub struct Gathering {
    pub batch: usize,
    /// Data set, indices, changes.
    pub read: [Handle; 3],
    pub moved: Handle,
    /// `[batch, 1, side, side]`
    pub images: Handle,
    pub normalization: Normalization,
}

impl Source {
    pub fn batch(&self) -> usize {
        match self {
            Self::Images { batch, .. } => *batch,
            Self::Gathering(gathering) => gathering.batch,
        }
    }
}
