//! The one table of the model's parameters: their order, what PyTorch calls each, its shape, and how it
//! is drawn at first. [`Layout`] makes places in one flat buffer of it.

use Parameter::*;

use super::Layout;
use crate::config::VitConfig;

/// A kind of parameter. Those of [`Parameter::BLOCK`] are there once for each encoder block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    PatchWeight,
    PatchBias,
    ClassToken,
    Positions,
    /// The projections to queries, keys and values, side by side.
    InProjWeight,
    InProjBias,
    OutProjWeight,
    OutProjBias,
    Linear1Weight,
    Linear1Bias,
    Linear2Weight,
    Linear2Bias,
    Norm1Weight,
    Norm1Bias,
    Norm2Weight,
    Norm2Bias,
    HeadNormWeight,
    HeadNormBias,
    HeadWeight,
    HeadBias,
}

/// The way a parameter is drawn at first: as PyTorch's layers draw theirs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initial {
    Zeros,
    Ones,
    /// Uniform between plus and minus this bound.
    Uniform(f32),
    /// Normal with this standard deviation.
    Normal(f32),
}

impl Parameter {
    pub const EMBEDDING: [Self; 4] = [PatchWeight, PatchBias, ClassToken, Positions];
    pub const BLOCK: [Self; 12] = [
        InProjWeight,
        InProjBias,
        OutProjWeight,
        OutProjBias,
        Linear1Weight,
        Linear1Bias,
        Linear2Weight,
        Linear2Bias,
        Norm1Weight,
        Norm1Bias,
        Norm2Weight,
        Norm2Bias,
    ];
    pub const HEAD: [Self; 4] = [HeadNormWeight, HeadNormBias, HeadWeight, HeadBias];
    /// All kinds, in their order.
    pub const SECTIONS: [&'static [Self]; 3] = [&Self::EMBEDDING, &Self::BLOCK, &Self::HEAD];
    /// The number of kinds.
    pub const COUNT: usize = HeadBias as usize + 1;

    /// PyTorch's name, in its section.
    pub(super) fn name(self) -> &'static str {
        match self {
            PatchWeight => "patcher.0.weight",
            PatchBias => "patcher.0.bias",
            ClassToken => "cls_token",
            Positions => "position_embeddings",
            InProjWeight => "self_attn.in_proj_weight",
            InProjBias => "self_attn.in_proj_bias",
            OutProjWeight => "self_attn.out_proj.weight",
            OutProjBias => "self_attn.out_proj.bias",
            Linear1Weight => "linear1.weight",
            Linear1Bias => "linear1.bias",
            Linear2Weight => "linear2.weight",
            Linear2Bias => "linear2.bias",
            Norm1Weight => "norm1.weight",
            Norm1Bias => "norm1.bias",
            Norm2Weight => "norm2.weight",
            Norm2Bias => "norm2.bias",
            HeadNormWeight => "0.weight",
            HeadNormBias => "0.bias",
            HeadWeight => "1.weight",
            HeadBias => "1.bias",
        }
    }

    /// PyTorch's shape, with ones in front up to four dimensions.
    pub(super) fn shape(self, layout: &Layout) -> [usize; 4] {
        let Layout {
            width,
            hidden,
            channels,
            patch_size,
            ..
        } = *layout;
        match self {
            PatchWeight => [width, channels, patch_size, patch_size],
            Positions => [1, 1, layout.tokens, width],
            InProjWeight => [1, 1, 3 * width, width],
            InProjBias => [1, 1, 1, 3 * width],
            OutProjWeight => [1, 1, width, width],
            Linear1Weight => [1, 1, hidden, width],
            Linear1Bias => [1, 1, 1, hidden],
            Linear2Weight => [1, 1, width, hidden],
            HeadWeight => [1, 1, layout.classes, width],
            HeadBias => [1, 1, 1, layout.classes],
            PatchBias | ClassToken | OutProjBias | Linear2Bias | Norm1Weight | Norm1Bias
            | Norm2Weight | Norm2Bias | HeadNormWeight | HeadNormBias => [1, 1, 1, width],
        }
    }

    /// The number of dimensions that the shape has in PyTorch.
    pub(super) fn rank(self) -> usize {
        match self {
            PatchWeight => 4,
            ClassToken | Positions => 3,
            InProjWeight | OutProjWeight | Linear1Weight | Linear2Weight | HeadWeight => 2,
            _ => 1,
        }
    }

    /// The number of its values.
    pub fn len(self, layout: &Layout) -> usize {
        self.shape(layout).iter().product()
    }

    /// [`Parameter::len`] of a model that may be too large for this machine.
    pub(super) fn count(self, layout: &Layout) -> u64 {
        let sizes = self.shape(layout).into_iter();
        sizes.map(|size| size as u64).product()
    }

    /// `nn.Linear` and `nn.Conv2d` draw weight and bias from U(-1/√inputs, 1/√inputs), which is
    /// Kaiming uniform with a = √5. `nn.MultiheadAttention` draws its packed input projection by
    /// Xavier uniform and starts its biases at zero.
    pub fn initial(self, config: &VitConfig) -> Initial {
        let linear = |inputs: usize| Initial::Uniform((inputs as f32).sqrt().recip());
        let width = config.width;
        match self {
            PatchWeight | PatchBias => linear(config.patch_values()),
            ClassToken | Positions => Initial::Normal(config.embedding_std as f32),
            InProjWeight => Initial::Uniform((6.0 / (4 * width) as f32).sqrt()),
            InProjBias | OutProjBias => Initial::Zeros,
            OutProjWeight | Linear1Weight | Linear1Bias | HeadWeight | HeadBias => linear(width),
            Linear2Weight | Linear2Bias => linear(config.hidden),
            Norm1Weight | Norm2Weight | HeadNormWeight => Initial::Ones,
            Norm1Bias | Norm2Bias | HeadNormBias => Initial::Zeros,
        }
    }
}
