//! The embedding: of images, or of what is still to be picked.

use burn::cubecl::server::Handle;

use super::super::launch::launch;
use super::super::pick::Picking;
use super::super::shader::Shader;
use super::Pass;

/// A batch's images.
#[expect(clippy::large_enum_variant, reason = "there is one for a whole batch")]
pub enum Source {
    /// Normalised, `[batch, channels, image_size, image_size]`.
    Images {
        images: Handle,
        batch: usize,
    },
    Picking(Picking),
}

impl Source {
    pub fn batch(&self) -> usize {
        match self {
            Self::Images { batch, .. } => *batch,
            Self::Picking(picking) => picking.batch,
        }
    }
}

impl Pass {
    /// The images, and the encoder's input.
    pub(super) fn embed(&self, source: Source) -> [Handle; 2] {
        let x = self.activations();
        let [params, step] = self.section(0);
        match source {
            Source::Images { images, .. } => {
                let size = [self.rows() * self.layout.width / 4, 1];
                self.run(Shader::Embed, size, &[&params, &step, &images, &x]);
                [images, x]
            }
            Source::Picking(picking) => {
                let variant = self.variant(Shader::Embed).picks(picking.picture);
                let mut buffers = vec![&params, &step];
                buffers.extend(picking.buffers());
                buffers.push(&x);
                // A workgroup for each image.
                let size = [self.batch * variant.group(), 1];
                launch(&self.client, variant, size, &buffers);
                [picking.images, x]
            }
        }
    }
}
