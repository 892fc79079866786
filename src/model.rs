//! The Vision Transformer, in burn's plain tensor operations: the file to read to learn the model.
//!
//! Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), with the maths and the parameter names
//! of PyTorch's `nn.TransformerEncoderLayer(batch_first=True)`:
//!
//! 1. *Embedding*: an image is cut into square patches; a linear layer makes a token of each. A
//!    learnt class token goes in front, and a learnt position is added to every token.
//! 2. *Encoder*: each block lets tokens look at each other (attention), then thinks about each token
//!    alone (MLP). Both add to what they get: the residual connections.
//! 3. *Head*: a layer norm and a linear layer turn the class token into one logit for each class.
//!
//! Nothing here is fused or folded. The [engines](crate::engine) of the CPU and of WebGPU compute the
//! same faster, and `tests/golden.rs` holds them and this file to PyTorch. In the shapes below, `tokens` is one class
//! token and one token for each patch, and `head_width` is `width / heads`.

mod dropout;
mod entries;
mod initial;
mod layout;
pub mod parameters;

pub use dropout::Dropout;
pub use entries::Entry;
pub use layout::{Layout, Places, Section};
pub use parameters::Parameter;

use std::f64::consts::FRAC_1_SQRT_2;

use Parameter::*;
use burn::tensor::activation::{relu, softmax};
use burn::tensor::{Device, Tensor, TensorData, module};

use crate::config::{Activation, Norm, VitConfig};
use crate::error::Result;

/// A Vision Transformer that classifies square images.
#[derive(Clone, Debug)]
pub struct VisionTransformer {
    pub config: VitConfig,
    /// Every parameter, at the place that [`Layout`] gives it.
    pub parameters: Tensor<1>,
}

/// The outputs of every stage of the model.
#[derive(Clone, Debug)]
pub struct Trace {
    /// `[batch, tokens, width]`, the encoder's input.
    pub embedding: Tensor<3>,
    pub blocks: Vec<BlockTrace>,
    /// `[batch, width]`, the normalised class token.
    pub head_norm: Tensor<2>,
    /// `[batch, classes]`
    pub logits: Tensor<2>,
}

/// The outputs of the stages of an encoder block.
#[derive(Clone, Debug)]
pub struct BlockTrace {
    pub attention: AttentionTrace,
    /// `[batch, tokens, width]`, after attention and its residual connection.
    pub attended: Tensor<3>,
    /// `[batch, tokens, width]`, after the MLP and its.
    pub output: Tensor<3>,
}

/// The attention of a block: what went into it and what came out.
#[derive(Clone, Debug)]
pub struct AttentionTrace {
    /// Queries, keys and values, `[batch, heads, tokens, head_width]`.
    pub q: Tensor<4>,
    pub k: Tensor<4>,
    pub v: Tensor<4>,
    /// `[batch, heads, tokens, tokens]`: how much of each token's value a token takes. Rows sum to 1.
    pub probabilities: Tensor<4>,
    /// `[batch, tokens, width]`
    pub output: Tensor<3>,
}

impl VitConfig {
    /// A model with fresh weights, drawn as PyTorch draws them for each type of layer. The same
    /// seed gives the same weights on every device.
    ///
    /// # Errors
    /// Those of [`VitConfig::check_size`].
    pub fn init(&self, seed: u64, device: &Device) -> Result<VisionTransformer> {
        self.check_size()?;
        let parameters = initial::draw(self, seed);
        Ok(VisionTransformer {
            config: self.clone(),
            parameters: Tensor::from_floats(parameters.as_slice(), device),
        })
    }
}

impl VisionTransformer {
    /// The same model on another device.
    pub fn to_device(self, device: &Device) -> Self {
        Self {
            parameters: self.parameters.to_device(device),
            ..self
        }
    }

    /// Classifies a batch.
    ///
    /// # Shapes
    /// - images, normalised: `[batch, channels, image_size, image_size]`
    /// - logits: `[batch, classes]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<2> {
        self.trace(images, Dropout::NONE).logits
    }

    /// [`VisionTransformer::forward`], keeping what each stage computed; in training with dropout.
    pub fn trace(&self, images: Tensor<4>, dropout: Dropout) -> Trace {
        let embedding = self.embed(images, dropout.at(0));

        let mut x = embedding.clone();
        let mut blocks = Vec::with_capacity(self.config.layers);
        for index in 0..self.config.layers {
            let block = self.encode(index, x, dropout.at(1 + index));
            x = block.output.clone();
            blocks.push(block);
        }

        // The head reads the class token alone: [batch, tokens, width] to [batch, width].
        let class = x.narrow(1, 0, 1).squeeze_dim(1);
        let head_norm = self.layer_norm(class, [HeadNormWeight, HeadNormBias], 0);
        let logits = self.linear(head_norm.clone(), [HeadWeight, HeadBias], 0);
        Trace {
            embedding,
            blocks,
            head_norm,
            logits,
        }
    }

    /// Patches as tokens, the class token in front, positions added: `[batch, tokens, width]`.
    fn embed(&self, images: Tensor<4>, dropout: Dropout) -> Tensor<3> {
        let width = self.config.width;
        let [batch, channels, height, _] = images.dims();
        let size = self.config.patch_size;
        let across = height / size;
        let patches = images
            .reshape([batch, channels, across, size, across, size])
            // [batch, rows, columns, channels, size, size]
            .permute([0, 2, 4, 1, 3, 5])
            // [batch, patches, values of a patch]
            .reshape([batch, across * across, channels * size * size]);
        let patches = self.linear(patches, [PatchWeight, PatchBias], 0);

        let class = self.parameter(ClassToken, 0, [1, 1, width]);
        let class = class.expand([batch, 1, width]);
        let positions = self.parameter(Positions, 0, [1, self.config.tokens(), width]);
        drop(Tensor::cat(vec![class, patches], 1) + positions, dropout)
    }

    /// An encoder block.
    fn encode(&self, index: usize, x: Tensor<3>, dropout: Dropout) -> BlockTrace {
        let norm1 = |x| self.layer_norm(x, [Norm1Weight, Norm1Bias], index);
        let norm2 = |x| self.layer_norm(x, [Norm2Weight, Norm2Bias], index);
        let attend = |x| self.attend(index, x, dropout);
        let think = |x| drop(self.mlp(index, x, dropout.at(2)), dropout.at(3));
        match self.config.norm {
            Norm::Pre => {
                let attention = attend(norm1(x.clone()));
                let attended = x + drop(attention.output.clone(), dropout.at(1));
                let output = attended.clone() + think(norm2(attended.clone()));
                BlockTrace {
                    attention,
                    attended,
                    output,
                }
            }
            Norm::Post => {
                let attention = attend(x.clone());
                let attended = norm1(x + drop(attention.output.clone(), dropout.at(1)));
                let output = norm2(attended.clone() + think(attended.clone()));
                BlockTrace {
                    attention,
                    attended,
                    output,
                }
            }
        }
    }

    /// Multi-head self-attention: softmax(q · kᵀ / √head_width) · v for each head.
    fn attend(&self, index: usize, x: Tensor<3>, dropout: Dropout) -> AttentionTrace {
        let [batch, tokens, width] = x.dims();
        let heads = self.config.heads;
        let head_width = width / heads;

        // [batch, tokens, 3 · width]: queries, keys and values side by side.
        let packed = self.linear(x, [InProjWeight, InProjBias], index);
        let split = packed
            .reshape([batch, tokens, 3, heads, head_width])
            // [3, batch, heads, tokens, head_width]
            .permute([2, 0, 3, 1, 4]);
        let [q, k, v] = [0, 1, 2].map(|at| split.clone().narrow(0, at, 1).squeeze_dim::<4>(0));

        // [batch, heads, tokens, tokens]
        let scores = q.clone().matmul(k.clone().swap_dims(2, 3)) / (head_width as f64).sqrt();
        let probabilities = softmax(scores, 3);

        // [batch, heads, tokens, head_width], then [batch, tokens, width]: heads side by side.
        let mixed = drop(probabilities.clone(), dropout.at(0)).matmul(v.clone());
        let mixed = mixed.swap_dims(1, 2).reshape([batch, tokens, width]);
        let output = self.linear(mixed, [OutProjWeight, OutProjBias], index);
        AttentionTrace {
            q,
            k,
            v,
            probabilities,
            output,
        }
    }

    /// Two linear layers and an activation between them, on each token alone.
    fn mlp(&self, index: usize, x: Tensor<3>, dropout: Dropout) -> Tensor<3> {
        // [batch, tokens, hidden]
        let hidden = self.linear(x, [Linear1Weight, Linear1Bias], index);
        let hidden = match self.config.activation {
            Activation::Gelu => gelu(hidden),
            Activation::Relu => relu(hidden),
        };
        self.linear(drop(hidden, dropout), [Linear2Weight, Linear2Bias], index)
    }

    /// x · weight + bias: `[.., inputs]` to `[.., outputs]`.
    fn linear<const D: usize>(
        &self,
        x: Tensor<D>,
        [weight, bias]: [Parameter; 2],
        block: usize,
    ) -> Tensor<D> {
        let layout = Layout::of(&self.config);
        let outputs = bias.len(&layout);
        let inputs = weight.len(&layout) / outputs;
        let weight = self.parameter(weight, block, [inputs, outputs]);
        let bias = self.parameter(bias, block, [outputs]);
        module::linear(x, weight, Some(bias))
    }

    /// (x - mean) / √(variance + eps) · weight + bias, over the last dimension.
    fn layer_norm<const D: usize>(
        &self,
        x: Tensor<D>,
        [weight, bias]: [Parameter; 2],
        block: usize,
    ) -> Tensor<D> {
        let [weight, bias] =
            [weight, bias].map(|each| self.parameter(each, block, [self.config.width]));
        module::layer_norm(x, weight, Some(bias), self.config.layer_norm_eps)
    }

    /// A parameter of an encoder block, or of the whole model.
    fn parameter<const D: usize>(
        &self,
        parameter: Parameter,
        block: usize,
        shape: [usize; D],
    ) -> Tensor<D> {
        let place = Layout::of(&self.config).places().of(parameter, block);
        self.parameters.clone().slice([place]).reshape(shape)
    }
}

/// The values that dropout keeps, scaled. It counts their positions row by row.
fn drop<const D: usize>(x: Tensor<D>, dropout: Dropout) -> Tensor<D> {
    if dropout.is_none() {
        return x;
    }
    let mut factors = vec![1.0; x.shape().num_elements()];
    dropout.apply(&mut factors, 0, 1);
    let factors = TensorData::new(factors, x.shape());
    let factors = Tensor::from_data(factors, &x.device());
    x * factors
}

/// `x · Φ(x)`, exactly: burn's own `gelu` differentiates the tanh approximation on every backend
/// but flex, which puts gradients off by 2e-4 of their largest.
fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let erf = (x.clone() * FRAC_1_SQRT_2).erf();
    x * (erf + 1.0) * 0.5
}
