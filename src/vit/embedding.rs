//! Patch embedding, class token and position embeddings.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::Linear;
use super::init::Init;
use crate::config::VitConfig;
use crate::kernels::{Dropout, drop};
use crate::model::Parameter;

/// Turns images into the encoder's tokens.
#[derive(Module, Debug)]
pub struct PatchEmbedding {
    /// Weight `[channels · patch_size², width]`: a convolution whose stride is its kernel size
    /// is one matrix product over flattened patches.
    pub projection: Linear,
    /// `[1, 1, width]`
    pub class_token: Param<Tensor<3>>,
    /// `[1, tokens, width]`
    pub positions: Param<Tensor<3>>,
    pub patch_size: usize,
}

impl PatchEmbedding {
    pub(super) fn new(config: &VitConfig, init: &mut Init) -> Self {
        Self {
            projection: init.linear(Parameter::PatchWeight, Parameter::PatchBias),
            class_token: init.tokens(Parameter::ClassToken),
            positions: init.tokens(Parameter::Positions),
            patch_size: config.patch_size,
        }
    }

    /// # Shapes
    /// - images: `[batch, channels, height, width]`, in pixels
    /// - output: `[batch, tokens, width]`, the class token first
    pub fn forward(&self, images: Tensor<4>, dropout: Dropout) -> Tensor<3> {
        let patches = self.projection.forward(self.patches(images));
        let [batch, _, width] = patches.dims();
        let class = self.class_token.val().expand([batch, 1, width]);
        let tokens = Tensor::cat(vec![class, patches], 1);
        drop(tokens + self.positions.val(), dropout)
    }

    /// `[batch, patches, channels · patch_size²]`, patches row by row.
    fn patches(&self, images: Tensor<4>) -> Tensor<3> {
        let [batch, channels, height, width] = images.dims();
        let size = self.patch_size;
        let (rows, columns) = (height / size, width / size);
        images
            .reshape([batch, channels, rows, size, columns, size])
            // [batch, rows, columns, channels, size, size]
            .permute([0, 2, 4, 1, 3, 5])
            .reshape([batch, rows * columns, channels * size * size])
    }
}
