//! A batch on its way through the model: its buffers, and how many invocations shaders get.

use burn::cubecl::client::Client;
use burn::cubecl::server::Handle;

use super::activations::Normalized;
use super::launch::{empty, from, launch, upload};
use super::shader::{Drop, Shader, Variant};
use super::tiling::Tiling;
use crate::config::Norm;
use crate::model::{Dropout, Layout, Section};

/// Places with dropout in an encoder block.
const PLACES: usize = 4;
/// Words of a section's part of [`Pass::uniforms`].
const UNIFORMS: usize = 64;

/// The number of an image's tokens that a section computes: the head reads the class token alone.
pub fn queries(layout: &Layout, section: usize) -> usize {
    if section == layout.layers {
        1
    } else {
        layout.tokens
    }
}

/// One batch on its way through a model.
pub struct Pass {
    pub(super) client: Client,
    pub(super) layout: Layout,
    pub(super) batch: usize,
    pub(super) tiling: Tiling,
    drop: Option<Drop>,
    /// The values that common.wgsl describes, for each section.
    pub(super) uniforms: Handle,
    /// For a backward pass, with transposed copies: see `transpose.wgsl`.
    params: Handle,
    pub(super) keeps: bool,
}

impl Pass {
    pub fn new(
        client: Client,
        layout: Layout,
        params: Handle,
        batch: usize,
        dropout: Dropout,
        keeps: bool,
    ) -> Self {
        let [segments, images] = layout.segments(batch);
        let sections = layout.layers + 2;
        let mut uniforms = vec![0; sections * UNIFORMS];
        for (index, words) in uniforms.chunks_exact_mut(UNIFORMS).enumerate() {
            let queries = queries(&layout, index);
            let numbers = [batch, segments, images, queries].map(|number| number as u32);
            words[..4].copy_from_slice(&numbers);
            let section = dropout.at(index);
            for place in 0..PLACES {
                // The embedding has one place, which is the section itself.
                let at = match index {
                    0 => section,
                    _ => section.at(place),
                };
                words[4 + 2 * place..][..2].copy_from_slice(&at.key_words());
            }
        }
        let uniforms = upload(&client, &uniforms);
        let pass = Self {
            drop: Drop::of(dropout),
            client,
            layout,
            batch,
            tiling: Tiling::of(&layout, batch),
            uniforms,
            params,
            keeps,
        };
        if keeps { pass.with_transposed() } else { pass }
    }

    /// With a copy of the blocks' matrices for the backward pass.
    fn with_transposed(self) -> Self {
        let blocks = self.layout.block(self.layout.layers).start - self.layout.block(0).start;
        let both = self.empty(self.layout.values() + blocks);
        let size = [self.layout.values(), 1];
        self.run(Shader::Transpose, size, &[&self.params, &both]);
        Self {
            params: both,
            ..self
        }
    }

    pub(super) fn is_pre(&self) -> bool {
        self.layout.norm == Norm::Pre
    }

    pub(super) fn rows(&self) -> usize {
        self.batch * self.layout.tokens
    }

    pub(super) fn empty(&self, values: usize) -> Handle {
        empty(&self.client, values)
    }

    /// `[batch, tokens, width]`
    pub(super) fn activations(&self) -> Handle {
        self.empty(self.rows() * self.layout.width)
    }

    pub(super) fn normalized(&self, rows: usize) -> Normalized {
        Normalized {
            values: self.empty(rows * self.layout.width),
            scales: self.empty(rows),
        }
    }

    /// Runs a shader on so many invocations, times so many segments.
    pub(super) fn run(&self, shader: Shader, size: [usize; 2], buffers: &[&Handle]) {
        let variant = self.variant(shader);
        launch(&self.client, variant, size, buffers);
    }

    /// On so many workgroups, times so many segments.
    pub(super) fn run_workgroups(
        &self,
        shader: Shader,
        [workgroups, segments]: [usize; 2],
        buffers: &[&Handle],
    ) {
        let variant = self.variant(shader);
        let size = [workgroups * variant.workgroup(), segments];
        launch(&self.client, variant, size, buffers);
    }

    pub(super) fn variant(&self, shader: Shader) -> Variant {
        Variant {
            model: Some((self.layout, self.tiling)),
            keeps: self.keeps,
            drop: self.drop,
            ..Variant::plain(shader)
        }
    }

    /// Invocations of a shader that takes so many tokens of each image.
    pub(super) fn tokens(&self, count: usize) -> [usize; 2] {
        [(self.batch * count).div_ceil(self.tiling.rows), 1]
    }

    /// Invocations of a shader whose groups have several.
    pub(super) fn cooperative(&self, count: usize) -> [usize; 2] {
        let [groups, _] = self.tokens(count);
        [groups * self.tiling.lanes, 1]
    }

    /// Invocations of a shader that takes so many queries of each image.
    pub(super) fn queries(&self, count: usize) -> [usize; 2] {
        let groups = count.div_ceil(self.tiling.queries);
        let of_head = self.tiling.head.unwrap_or(groups);
        [self.batch * self.layout.heads * of_head, 1]
    }

    /// Invocations of the shader that has tokens as queries and as keys.
    pub(super) fn queries_and_keys(&self) -> [usize; 2] {
        let [once, _] = self.queries(self.layout.tokens);
        [
            if self.tiling.is_scalar() {
                once
            } else {
                2 * once
            },
            1,
        ]
    }

    /// Parameters and [`Pass::uniforms`] from a section on: the embedding is 0, the head the last.
    pub(super) fn section(&self, index: usize) -> [Handle; 2] {
        let layout = &self.layout;
        let Section { start, .. } = match index {
            0 => layout.embedding(),
            index if index <= layout.layers => layout.block(index - 1),
            _ => layout.head(),
        };
        // Transposed copies follow each block.
        let copies = layout.block(index.saturating_sub(1)).start - layout.block(0).start;
        let start = start + if self.keeps { copies } else { 0 };
        [
            from(&self.params, start),
            from(&self.uniforms, index * UNIFORMS),
        ]
    }
}
