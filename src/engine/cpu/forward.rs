//! The model's forward pass on the CPU, a shard of images at a time: the steps of
//! [`model`](crate::model), by the same names.

use super::activations::{Activations, BlockActivations};
use super::layers::{Attention, ClassAttention, RowDropout};
use super::parameters::Parameters;
use super::simd::rows::add;
use crate::config::Norm;
use crate::model::parameters::Parameter::*;
use crate::model::{Dropout, Layout};

/// A shard of images on its way through the model.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    pub parameters: Parameters<'a>,
    pub dropout: Dropout,
    /// Images of the shard.
    pub images: usize,
    /// Images of the batch before them, which decides what is dropped.
    pub first_image: usize,
    /// Whether activations are kept for a backward pass.
    pub keeps: bool,
}

impl Pass<'_> {
    /// # Shapes
    /// - images: `[images, channels, image_size, image_size]`
    /// - logits: `[images, classes]`
    pub fn forward(&self, images: &[f32], activations: &mut Activations, logits: &mut [f32]) {
        activations.fit(&self.parameters.layout, self.images, self.keeps);
        self.embed(images, activations);
        for index in 0..self.parameters.layout.layers {
            self.encode(index, activations);
        }
        self.head(activations, logits);
    }

    /// Patches as tokens, the class token in front, positions added: `[images, tokens, width]`.
    fn embed(&self, images: &[f32], activations: &mut Activations) {
        let layout = &self.parameters.layout;
        let Activations { patches, x, .. } = activations;
        let class_token = self.parameters.of(ClassToken, 0);
        let positions = self.parameters.of(Positions, 0);
        let linear = self.parameters.linear([PatchWeight, PatchBias], 0);
        let images = images.chunks_exact(layout.channels * layout.image_size.pow(2));
        let patches = patches.chunks_exact_mut((layout.tokens - 1) * layout.patch_values());
        let tokens = x.chunks_exact_mut(layout.tokens * layout.width);
        for ((image, patches), tokens) in images.zip(patches).zip(tokens) {
            cut(layout, image, patches);
            let (class, rest) = tokens.split_at_mut(layout.width);
            class.copy_from_slice(class_token);
            linear.forward(patches, rest);
            add(tokens, positions);
        }
        self.drop_rows(self.dropout.at(0), layout.tokens, x);
    }

    /// An encoder block.
    fn encode(&self, index: usize, activations: &mut Activations) {
        let Layout { width, norm, .. } = self.parameters.layout;
        let Activations {
            x, branch, blocks, ..
        } = activations;
        let block = &mut blocks[if self.keeps { index } else { 0 }];
        let queries = self.queries(index);
        let rows = self.images * queries;
        let size = rows * width;
        let dropout = self.dropout.at(1 + index);
        let norm1 = self.parameters.layer_norm([Norm1Weight, Norm1Bias], index);
        let norm2 = self.parameters.layer_norm([Norm2Weight, Norm2Bias], index);
        let mlp_dropout = self.rows(dropout.at(2), queries);
        let mlp = self.parameters.mlp(index, mlp_dropout);
        match norm {
            Norm::Pre => {
                let saved = block.norms[0].saved(self.images * self.tokens(), width);
                norm1.forward(x, None, saved, &mut block.attention_input);
                self.attend(index, block, &mut branch[..size]);
                self.take_queries(queries, x);
                let (x, branch) = (&mut x[..size], &mut branch[..size]);
                add(x, branch);
                let input = &mut block.mlp_input[..size];
                norm2.forward(x, None, block.norms[1].saved(rows, width), input);
                mlp.forward(input, branch);
                self.drop_rows(dropout.at(3), queries, branch);
                add(x, branch);
            }
            Norm::Post => {
                block.attention_input.copy_from_slice(x);
                self.attend(index, block, &mut branch[..size]);
                self.take_queries(queries, x);
                let (x, branch) = (&mut x[..size], &mut branch[..size]);
                let input = &mut block.mlp_input[..size];
                let saved = block.norms[0].saved(rows, width);
                norm1.forward(x, Some(branch), saved, input);
                mlp.forward(input, branch);
                self.drop_rows(dropout.at(3), queries, branch);
                let saved = block.norms[1].saved(rows, width);
                norm2.forward(input, Some(branch), saved, x);
            }
        }
    }

    /// Multi-head self-attention.
    fn attend(&self, index: usize, block: &mut BlockActivations, output: &mut [f32]) {
        let in_proj = self.parameters.linear([InProjWeight, InProjBias], index);
        let out_proj = self.parameters.linear([OutProjWeight, OutProjBias], index);
        let mixed = &mut block.mixed[..output.len()];
        let queries = self.queries(index);
        if queries == 1 && !self.keeps {
            let attention = ClassAttention {
                in_proj,
                heads: self.parameters.layout.heads,
            };
            let width = self.parameters.layout.width;
            let images = block.attention_input.chunks_exact(self.tokens() * width);
            for (tokens, mixed) in images.zip(mixed.chunks_exact_mut(width)) {
                attention.forward(tokens, mixed);
            }
        } else {
            in_proj.forward(&block.attention_input, &mut block.qkv);
            let attention = self.attention(index);
            attention.forward(&block.qkv, mixed, &mut block.statistics);
        }
        out_proj.forward(mixed, output);
        self.drop_rows(self.dropout.at(1 + index).at(1), queries, output);
    }

    /// Class tokens to logits.
    fn head(&self, activations: &mut Activations, logits: &mut [f32]) {
        let Activations {
            x, head, head_norm, ..
        } = activations;
        let width = self.parameters.layout.width;
        let norm = self
            .parameters
            .layer_norm([HeadNormWeight, HeadNormBias], 0);
        let saved = head_norm.saved(self.images, width);
        norm.forward(&x[..self.images * width], None, saved, head);
        let linear = self.parameters.linear([HeadWeight, HeadBias], 0);
        linear.forward(head, logits);
    }

    /// The attention of a block.
    pub fn attention(&self, index: usize) -> Attention {
        let Layout {
            tokens,
            width,
            heads,
            ..
        } = self.parameters.layout;
        Attention {
            tokens,
            queries: self.queries(index),
            width,
            heads,
            dropout: self.dropout.at(1 + index).at(0),
            first_image: self.first_image,
        }
    }

    pub fn tokens(&self) -> usize {
        self.parameters.layout.tokens
    }

    /// Tokens of an image that a block computes: the head reads the class token alone.
    pub fn queries(&self, index: usize) -> usize {
        let is_last = index + 1 == self.parameters.layout.layers;
        if is_last { 1 } else { self.tokens() }
    }

    /// Leaves class tokens alone in the residual stream, if they are the only queries:
    /// `[images, tokens, width]` to `[images, queries, width]`.
    fn take_queries(&self, queries: usize, x: &mut [f32]) {
        let Layout { tokens, width, .. } = self.parameters.layout;
        if queries == tokens {
            return;
        }
        for image in 1..self.images {
            let token = image * tokens * width;
            x.copy_within(token..token + width, image * width);
        }
    }

    /// Drops from rows, of which each image has so many.
    pub fn drop_rows(&self, dropout: Dropout, queries: usize, values: &mut [f32]) {
        let width = self.parameters.layout.width;
        self.rows(dropout, queries)
            .apply(values, 0, 0..width, width);
    }

    /// The dropout of rows, of which each image has so many.
    pub fn rows(&self, dropout: Dropout, queries: usize) -> RowDropout {
        RowDropout {
            dropout,
            first: self.first_image * self.tokens(),
            stride: self.tokens() / queries,
        }
    }
}

/// `[patches, channels · patch_size²]`, patches row by row.
fn cut(layout: &Layout, image: &[f32], patches: &mut [f32]) {
    let (side, size) = (layout.image_size, layout.patch_size);
    let across = side / size;
    let patches = patches.chunks_exact_mut(layout.patch_values());
    for (index, patch) in patches.enumerate() {
        let corner = index / across * size * side + index % across * size;
        for (line, values) in patch.chunks_exact_mut(size).enumerate() {
            let from = line / size * side * side + corner + line % size * side;
            values.copy_from_slice(&image[from..from + size]);
        }
    }
}
