//! The model's forward pass on WebGPU, shader by shader.

use burn::cubecl::client::Client;
use burn::cubecl::server::Handle;

use super::activations::{Activations, BlockActivations, Normalized};
use super::launch::{empty, from, launch, upload};
use super::shader::{Drop, Shader, Variant};
use super::source::{Gathering, Source};
use super::tiling::Tiling;
use crate::config::Norm;
use crate::model::{Dropout, Layout, Section};

/// Places with dropout in an encoder block.
const PLACES: usize = 4;
/// Words of a section's part of [`Pass::uniforms`].
const UNIFORMS: usize = 64;

/// How many of an image's tokens a section computes: the head reads the class token alone.
pub fn queries(layout: &Layout, section: usize) -> usize {
    if section == layout.layers {
        1
    } else {
        layout.tokens
    }
}

/// One batch on its way through a model.
pub struct Pass {
    client: Client,
    pub(super) layout: Layout,
    pub(super) batch: usize,
    pub(super) tiling: Tiling,
    drop: Option<Drop>,
    /// What common.wgsl describes, for each section.
    uniforms: Handle,
    /// For a backward pass, with transposed copies: see `transpose.wgsl`.
    params: Handle,
    keeps: bool,
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

    fn normalized(&self, rows: usize) -> Normalized {
        Normalized {
            values: self.empty(rows * self.layout.width),
            scales: self.empty(rows),
        }
    }

    /// On so many invocations, times so many segments.
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

    fn variant(&self, shader: Shader) -> Variant {
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
    fn queries(&self, count: usize) -> [usize; 2] {
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

    /// The images, and the encoder's input.
    fn embed(&self, source: Source) -> [Handle; 2] {
        let x = self.activations();
        let [params, uniforms] = self.section(0);
        match source {
            Source::Images { images, .. } => {
                let size = [self.rows() * self.layout.width / 4, 1];
                self.run(Shader::Embed, size, &[&params, &uniforms, &images, &x]);
                [images, x]
            }
            Source::Gathering(gathering) => {
                let variant = self.variant(Shader::Embed).gathers(gathering.normalization);
                let [pixels, indices, changes] = &gathering.read;
                let Gathering { moved, images, .. } = &gathering;
                let read = [&params, &uniforms, pixels, indices, changes];
                let buffers = [&read[..], &[moved, images, &x]].concat();
                // A workgroup for each image.
                let size = [self.batch * variant.workgroup(), 1];
                launch(&self.client, variant, size, &buffers);
                [gathering.images, x]
            }
        }
    }

    /// Logits `[batch, classes]`, and what the backward pass needs.
    pub fn forward(&self, source: Source) -> (Handle, Activations) {
        let layers = self.layout.layers;
        let [images, mut x] = self.embed(source);
        let mut norm = self.normalized(self.rows());
        if self.is_pre() {
            let [_, uniforms] = self.section(0);
            let buffers = [&uniforms, &x, &norm.values, &norm.scales];
            self.run(Shader::Norm, self.tokens(self.layout.tokens), &buffers);
        }
        let mut blocks = Vec::with_capacity(layers);
        for index in 0..layers {
            let (y, next, saved) = self.block(index, x, norm);
            blocks.push(saved);
            (x, norm) = (y, next);
        }
        let [params, _] = self.section(layers + 1);
        let logits = self.empty(self.batch * self.layout.classes);
        let head = self.normalized(self.batch);
        let buffers = [&params, &x, &logits, &head.values, &head.scales];
        self.run_workgroups(Shader::Head, [self.batch, 1], &buffers);
        let activations = Activations {
            images,
            blocks,
            head,
        };
        (logits, activations)
    }

    /// The block's output and, for pre-norm, what the next norm makes of it. `norm` is what the
    /// first norm made of `x`, for pre-norm.
    fn block(
        &self,
        index: usize,
        x: Handle,
        norm: Normalized,
    ) -> (Handle, Normalized, BlockActivations) {
        let [params, uniforms] = self.section(index + 1);
        let [rows, pre] = [self.rows(), usize::from(self.is_pre())];
        let qkv = self.empty(3 * rows * self.layout.width);
        let input = if pre == 1 { &norm.values } else { &x };
        let queries = queries(&self.layout, index + 1);
        let [tokens, _] = self.tokens(self.layout.tokens);
        let columns = 3 * self.layout.width / 4 / self.tiling.columns;
        let size = [columns * tokens, 1];
        self.run(Shader::Qkv, size, &[&params, &uniforms, input, &qkv]);

        let [heads, middle, y] = [0; 3].map(|_| self.activations());
        let logsumexp = self.empty(rows * self.layout.heads);
        let buffers = [&uniforms, &qkv, &heads, &logsumexp];
        let used = if self.keeps { 4 } else { 3 };
        self.run(Shader::Attention, self.queries(queries), &buffers[..used]);

        let [between, after] = [0; 2].map(|_| self.normalized(rows));
        let [b, a] = [&between, &after];
        let buffers = [
            &params, &uniforms, &heads, &x, &middle, &b.values, &b.scales,
        ];
        self.run(Shader::Project, self.cooperative(queries), &buffers);
        let mut buffers = vec![&params, &uniforms];
        buffers.extend([&b.values].into_iter().take(pre));
        buffers.extend([&middle, &y, &a.values, &a.scales]);
        self.run(Shader::Mlp, self.cooperative(queries), &buffers);

        let norms = match self.layout.norm {
            Norm::Pre => [norm, between],
            Norm::Post => [between, after.clone()],
        };
        let saved = BlockActivations {
            x,
            qkv,
            heads,
            logsumexp,
            middle,
            norms,
        };
        (y, after, saved)
    }

    /// The mean cross-entropy of logits and targets, `[batch, classes]`, and the logits' gradient.
    pub fn loss(&self, logits: &Handle, targets: &Handle) -> [Handle; 2] {
        let classes = self.layout.classes;
        let [loss, dlogits] = [1, self.batch * classes].map(|values| self.empty(values));
        let buffers = [&self.uniforms, logits, targets, &loss, &dlogits];
        launch(&self.client, Variant::loss(classes), [1, 1], &buffers);
        [loss, dlogits]
    }
}
