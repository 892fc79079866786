//! The Vision Transformer: images in, logits out.
//!
//! [`model`](crate::model) is the one to read to learn it; this is the same layer by layer, each of
//! them with a kernel where the device has one. In the shapes below, `tokens` is one class token and
//! one token per patch.

mod attention;
mod block;
mod embedding;
mod head;
mod init;
mod layers;
mod mlp;
mod model;
mod packed;

pub use attention::Attention;
pub use block::EncoderBlock;
pub use embedding::PatchEmbedding;
pub use head::Head;
pub use layers::{LayerNorm, Linear};
pub use mlp::Mlp;
pub use model::Model;
pub use packed::Packed;

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use crate::config::VitConfig;
use crate::error::Result;
use crate::kernels::Dropout;
use init::Init;

/// A Vision Transformer that classifies square images.
#[derive(Module, Debug)]
pub struct Vit {
    pub embedding: PatchEmbedding,
    pub blocks: Vec<EncoderBlock>,
    pub head: Head,
    #[module(skip)]
    pub config: VitConfig,
}

impl VitConfig {
    /// A model with fresh weights, drawn as PyTorch draws them for each type of layer. The same
    /// seed gives the same weights on every device.
    ///
    /// # Errors
    /// Those of [`VitConfig::validate`].
    pub fn init(&self, seed: u64, device: &Device) -> Result<Vit> {
        self.validate()?;
        // In the order of the table of parameters.
        let mut init = Init::new(self, seed, device);
        Ok(Vit {
            embedding: PatchEmbedding::new(self, &mut init),
            blocks: (0..self.layers)
                .map(|_| EncoderBlock::new(self, &mut init))
                .collect(),
            head: Head::new(&mut init),
            config: self.clone(),
        })
    }
}

impl Vit {
    /// Classifies a batch.
    ///
    /// # Shapes
    /// - images, normalised: `[batch, channels, image_size, image_size]`
    /// - logits: `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.forward_dropping(images, Dropout::NONE)
    }

    /// [`Vit::forward`] as in training, with the configuration's dropout. The seed decides what is
    /// dropped.
    pub fn forward_training(&self, images: Tensor<4>, seed: u64) -> Tensor<2> {
        self.forward_dropping(images, Dropout::new(self.config.dropout, seed))
    }

    fn forward_dropping(&self, images: Tensor<4>, dropout: Dropout) -> Tensor<2> {
        let mut x = self.embedding.forward(images, dropout.at(0));
        let tokens = x.dims()[1];
        for (index, block) in self.blocks.iter().enumerate() {
            // The head reads the class token alone, which is the first.
            let is_last = index + 1 == self.blocks.len();
            let count = if is_last { 1 } else { tokens };
            x = block.forward_first(x, count, dropout.at(1 + index));
        }
        self.head.forward(x)
    }
}
