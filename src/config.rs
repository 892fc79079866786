//! The hyperparameters of the model, with named presets.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Expected, Result, require};
use crate::schema;

/// The place of layer normalisation in an encoder block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Norm {
    /// Before attention and MLP: `x + f(norm(x))`. Trains well at high learning rates.
    Pre,
    /// After the residual sum: `norm(x + f(x))`, as in "Attention is all you need".
    Post,
}

/// The activation between the two linear layers of an MLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `x · Φ(x)` with the exact normal distribution (erf), PyTorch's `gelu`.
    Gelu,
    /// `max(x, 0)`.
    Relu,
}

/// Attention compares every patch with every other, so that this many take 67 MB a head.
const MOST_PATCHES: usize = 4_096;

/// Every hyperparameter of a Vision Transformer.
///
/// Sizes are in pixels for images and patches, and in values for vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VitConfig {
    /// Height and width of the square input image.
    pub image_size: usize,
    /// Height and width of one square patch.
    pub patch_size: usize,
    /// Colour channels of the input.
    pub channels: usize,
    /// Number of logits.
    pub classes: usize,
    /// Length of one token's embedding.
    pub width: usize,
    /// Attention heads; each sees `width / heads` values.
    pub heads: usize,
    /// Encoder blocks.
    pub layers: usize,
    /// Width between the two linear layers of an MLP.
    pub hidden: usize,
    /// Probability of dropping a value while training.
    pub dropout: f64,
    pub activation: Activation,
    pub norm: Norm,
    /// Added to the variance in layer normalisation.
    pub layer_norm_eps: f64,
    /// Standard deviation of the freshly initialised class token and position embeddings.
    #[serde(default = "unit")]
    pub embedding_std: f64,
}

/// PyTorch's `torch.randn`, which files without this field were initialised with.
fn unit() -> f64 {
    1.0
}

/// The preset of the drawing page: small, and over 99.2 % accurate on MNIST.
impl Default for VitConfig {
    fn default() -> Self {
        Self {
            width: 64,
            heads: 4,
            hidden: 128,
            dropout: 0.0,
            norm: Norm::Pre,
            embedding_std: 0.02,
            ..Self::reference()
        }
    }
}

impl VitConfig {
    /// Names that [`VitConfig::preset`] knows.
    pub const PRESETS: [&str; 3] = {
        let [[first, _], [second, _], [third, _]] = schema::PRESETS;
        [first, second, third]
    };

    /// The published configuration: 107,338 parameters.
    pub fn reference() -> Self {
        Self {
            image_size: 28,
            patch_size: 4,
            channels: 1,
            classes: 10,
            width: 16,
            heads: 8,
            layers: 4,
            hidden: 768,
            dropout: 0.001,
            activation: Activation::Gelu,
            norm: Norm::Post,
            layer_norm_eps: 1e-5,
            embedding_std: 1.0,
        }
    }

    /// Large patches and few of them, for a run that learns within a minute: 19,658 parameters.
    pub fn quick() -> Self {
        Self {
            patch_size: 7,
            width: 32,
            layers: 2,
            hidden: 64,
            ..Self::default()
        }
    }

    /// The preset of that name.
    ///
    /// # Errors
    /// [`Error::UnknownPreset`], which lists the names there are.
    pub fn preset(name: &str) -> Result<Self> {
        match name {
            "default" => Ok(Self::default()),
            "reference" => Ok(Self::reference()),
            "quick" => Ok(Self::quick()),
            _ => Err(Error::UnknownPreset {
                name: name.into(),
                known: &Self::PRESETS,
            }),
        }
    }

    /// Checks that a model of this shape can exist.
    ///
    /// # Errors
    /// [`Error::Config`] names the field, its value and what it should be.
    pub fn validate(&self) -> Result<()> {
        let sizes = [
            ("image_size", self.image_size),
            ("patch_size", self.patch_size),
            ("channels", self.channels),
            ("classes", self.classes),
            ("width", self.width),
            ("heads", self.heads),
            ("layers", self.layers),
            ("hidden", self.hidden),
        ];
        for (field, value) in sizes {
            schema::check(field, value as f64)?;
        }
        require(
            self.image_size.is_multiple_of(self.patch_size),
            "image_size",
            self.image_size,
            Expected::Multiple {
                of: "patch_size",
                factor: self.patch_size,
            },
        )?;
        require(
            self.width.is_multiple_of(self.heads),
            "width",
            self.width,
            Expected::Multiple {
                of: "heads",
                factor: self.heads,
            },
        )?;
        let patches = self.patches();
        require(
            patches <= MOST_PATCHES,
            "patch_size",
            self.patch_size,
            Expected::Patches {
                most: MOST_PATCHES,
                patches,
            },
        )?;
        schema::check("dropout", self.dropout)?;
        schema::check("layer_norm_eps", self.layer_norm_eps)?;
        schema::check("embedding_std", self.embedding_std)
    }

    /// Patches of one image.
    pub fn patches(&self) -> usize {
        (self.image_size / self.patch_size).pow(2)
    }

    /// Tokens that the encoder sees: the class token and one per patch.
    pub fn tokens(&self) -> usize {
        self.patches() + 1
    }

    /// Values in one patch.
    pub fn patch_values(&self) -> usize {
        self.channels * self.patch_size.pow(2)
    }

    /// Values in one image.
    pub fn pixels(&self) -> usize {
        self.channels * self.image_size.pow(2)
    }
}
