//! The values that a shard's way through the model leaves in memory, allocated once and used again.

use super::layers::Saved;
use super::simd::{lanes, round_up};
use crate::model::Layout;

/// Activations of a shard of images, and of their gradients.
///
/// A forward pass for inference has one [`BlockActivations`], which each block overwrites; one
/// for training has them all, for the backward pass.
#[derive(Default)]
pub struct Activations {
    images: usize,
    /// `[images, patches, patch_values]`
    pub patches: Vec<f32>,
    /// `[images, tokens, width]`, the residual stream; after the last block `[images, width]`.
    pub x: Vec<f32>,
    /// `[images, tokens, width]`, what attention or the MLP adds to it.
    pub branch: Vec<f32>,
    pub blocks: Vec<BlockActivations>,
    pub head_norm: Normalized,
    /// `[images, width]`, the head's normalised class tokens.
    pub head: Vec<f32>,
    pub gradients: ActivationGradients,
}

/// The values an encoder block keeps. The last block has one query an image, others have all tokens.
#[derive(Default)]
pub struct BlockActivations {
    /// `[images, tokens, width]`, what attention gets.
    pub attention_input: Vec<f32>,
    /// `[images, tokens, 3 · width]`, queries, keys and values side by side.
    pub qkv: Vec<f32>,
    /// `[images, queries, width]`, values mixed by attention, heads side by side.
    pub mixed: Vec<f32>,
    /// Maxima and sums of softmax: see [`Attention::forward`](super::layers::Attention::forward).
    pub statistics: Vec<f32>,
    /// `[images, queries, width]`, what the MLP gets.
    pub mlp_input: Vec<f32>,
    pub norms: [Normalized; 2],
}

/// The values that a layer norm keeps; empty for inference.
#[derive(Default)]
pub struct Normalized {
    /// `[rows, width]`, before weight and bias.
    pub values: Vec<f32>,
    /// `[rows]`, 1 / √(variance + eps)
    pub scales: Vec<f32>,
}

/// The memory that a backward pass works in.
#[derive(Default)]
pub struct ActivationGradients {
    /// `[images, tokens, width]`, of the residual stream.
    pub x: Vec<f32>,
    /// `[images, tokens, width]`, of what attention or the MLP added.
    pub branch: Vec<f32>,
    /// `[images, tokens, width]`, of what attention or the MLP got.
    pub input: Vec<f32>,
    /// `[images, tokens, width]`
    pub mixed: Vec<f32>,
    /// `[images, tokens, 3 · width]`
    pub qkv: Vec<f32>,
}

impl Activations {
    /// Makes room for so many images, with what a backward pass needs or without.
    pub fn fit(&mut self, layout: &Layout, images: usize, keeps: bool) {
        if self.images == images {
            return;
        }
        self.images = images;
        let rows = images * layout.tokens;
        let values = rows * layout.width;
        let patches = images * (layout.tokens - 1) * layout.patch_values();
        self.patches.resize(patches, 0.0);
        self.x.resize(values, 0.0);
        self.branch.resize(values, 0.0);
        self.head.resize(images * layout.width, 0.0);
        let blocks = if keeps { layout.layers } else { 1 };
        self.blocks.resize_with(blocks, BlockActivations::default);
        for block in &mut self.blocks {
            block.fit(layout, images, keeps);
        }
        if keeps {
            self.head_norm.fit(images, layout.width);
            let gradients = &mut self.gradients;
            for each in [
                &mut gradients.x,
                &mut gradients.branch,
                &mut gradients.input,
                &mut gradients.mixed,
            ] {
                each.resize(values, 0.0);
            }
            gradients.qkv.resize(3 * values, 0.0);
        }
    }
}

impl BlockActivations {
    fn fit(&mut self, layout: &Layout, images: usize, keeps: bool) {
        let rows = images * layout.tokens;
        let values = rows * layout.width;
        self.attention_input.resize(values, 0.0);
        self.qkv.resize(3 * values, 0.0);
        self.mixed.resize(values, 0.0);
        let columns = round_up(layout.tokens, lanes());
        let statistics = images * layout.heads * 2 * columns;
        self.statistics.resize(statistics, 0.0);
        self.mlp_input.resize(values, 0.0);
        if keeps {
            for norm in &mut self.norms {
                norm.fit(rows, layout.width);
            }
        }
    }
}

impl Normalized {
    fn fit(&mut self, rows: usize, width: usize) {
        self.values.resize(rows * width, 0.0);
        self.scales.resize(rows, 0.0);
    }

    /// The place where a layer norm of so many rows leaves what it computed, if that is kept.
    pub fn saved(&mut self, rows: usize, width: usize) -> Option<Saved<'_>> {
        (!self.values.is_empty()).then(|| Saved {
            normalized: &mut self.values[..rows * width],
            scales: &mut self.scales[..rows],
        })
    }

    /// The values that [`Normalized::saved`] took.
    pub fn rows(&self, rows: usize, width: usize) -> [&[f32]; 2] {
        [&self.values[..rows * width], &self.scales[..rows]]
    }
}
