//! The model's forward pass, shader by shader.

mod backward;

use std::fmt;

use burn::cubecl::client::Client;
use burn::cubecl::server::Handle;

use super::launch::{empty, from, launch, upload};
use super::layout::{Layout, Section};
use super::shader::{Drop, Shader, Tiling, Variant};
use crate::config::Norm;
use crate::kernels::Dropout;

/// Places with dropout in an encoder block.
const PLACES: usize = 4;
/// Words of a section's part of [`Pass::step`].
const STEP: usize = 64;

/// One batch on its way through a model.
#[derive(Clone)]
pub struct Pass {
    client: Client,
    layout: Layout,
    batch: usize,
    tiling: Tiling,
    drop: Option<Drop>,
    /// What common.wgsl describes, for each section.
    step: Handle,
    params: Handle,
    save: bool,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layout, batch, .. } = self;
        write!(f, "{batch} images through {layout:?}")
    }
}

/// What an encoder block's backward pass needs. Empty norms and scales where there are none.
#[derive(Clone, Debug)]
struct SavedBlock {
    /// `[batch, tokens, width]`, what the block got.
    x: Handle,
    qkv: Handle,
    heads: Handle,
    /// `[batch, heads, tokens]`: logarithms of the sums of the scores' exponentials.
    sums: Handle,
    /// What the MLP got.
    middle: Handle,
    norms: [Normalized; 2],
}

/// Values before gain and bias, and 1 / √(variance + eps).
#[derive(Clone, Debug)]
struct Normalized {
    values: Handle,
    scales: Handle,
}

/// What the backward pass needs.
#[derive(Clone, Debug)]
pub struct Saved {
    images: Handle,
    blocks: Vec<SavedBlock>,
    head: Normalized,
}

impl Pass {
    pub fn new(
        client: Client,
        layout: Layout,
        params: Handle,
        batch: usize,
        dropout: Dropout,
        save: bool,
    ) -> Self {
        let [segments, images] = layout.segments(batch);
        let sections = layout.layers + 2;
        let mut step = vec![0; sections * STEP];
        for (index, words) in step.chunks_exact_mut(STEP).enumerate() {
            words[..3].copy_from_slice(&[batch as u32, segments as u32, images as u32]);
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
        let step = upload(&client, &step);
        Self {
            drop: Drop::of(dropout),
            client,
            layout,
            batch,
            tiling: Tiling::of(&layout, batch),
            step,
            params,
            save,
        }
    }

    /// Values of the parameters' buffer.
    pub fn parameters(&self) -> usize {
        self.layout.values()
    }

    fn rows(&self) -> usize {
        self.batch * self.layout.tokens
    }

    fn empty(&self, values: usize) -> Handle {
        empty(&self.client, values)
    }

    /// `[batch, tokens, width]`
    fn activations(&self) -> Handle {
        self.empty(self.rows() * self.layout.width)
    }

    fn normalized(&self, rows: usize) -> Normalized {
        Normalized {
            values: self.empty(rows * self.layout.width),
            scales: self.empty(rows),
        }
    }

    fn run(&self, shader: Shader, size: [usize; 2], buffers: &[&Handle]) {
        let variant = Variant {
            shader,
            model: Some((self.layout, self.tiling)),
            logits: None,
            picture: None,
            save: self.save,
            drop: self.drop,
        };
        launch(&self.client, variant, size, buffers);
    }

    /// Invocations of a shader that takes tokens.
    fn tokens(&self) -> [usize; 2] {
        [self.rows().div_ceil(self.tiling.rows), 1]
    }

    fn section(&self, index: usize) -> [Handle; 2] {
        let Section { start, .. } = match index {
            0 => self.layout.embedding(),
            index if index <= self.layout.layers => self.layout.block(index - 1),
            _ => self.layout.head(),
        };
        [from(&self.params, start), from(&self.step, index * STEP)]
    }

    /// # Shapes
    /// - images: `[batch, channels, image_size, image_size]`
    /// - logits: `[batch, classes]`
    pub fn forward(&self, images: Handle) -> (Handle, Saved) {
        let Layout { width, layers, .. } = self.layout;
        let mut x = self.activations();
        let [params, step] = self.section(0);
        let size = [self.rows() * width / 4, 1];
        self.run(Shader::Embed, size, &[&params, &step, &images, &x]);
        let mut blocks = Vec::with_capacity(layers);
        for index in 0..layers {
            let (y, saved) = self.block(index, x);
            blocks.push(saved);
            x = y;
        }
        let [params, step] = self.section(layers + 1);
        let logits = self.empty(self.batch * self.layout.classes);
        let head = self.normalized(self.batch);
        let mut buffers = vec![&params, &step, &x, &logits];
        if self.save {
            buffers.extend([&head.values, &head.scales]);
        }
        self.run(Shader::Head, [self.batch, 1], &buffers);
        let saved = Saved {
            images,
            blocks,
            head,
        };
        (logits, saved)
    }

    fn block(&self, index: usize, x: Handle) -> (Handle, SavedBlock) {
        let Layout { heads, norm, .. } = self.layout;
        let [params, step] = self.section(index + 1);
        let norms = [0, 1].map(|_| self.normalized(self.rows()));
        let [norm1, norm2] = norms.each_ref().map(|n| [&n.values, &n.scales]);
        let pre = norm == Norm::Pre;
        let with = |base: Vec<&Handle>, norm: [&Handle; 2], saves: bool| {
            let mut buffers: Vec<Handle> = base.into_iter().cloned().collect();
            if saves && self.save {
                buffers.extend(norm.map(Handle::clone));
            }
            buffers
        };
        let run = |shader, size, buffers: Vec<Handle>| {
            let buffers: Vec<&Handle> = buffers.iter().collect();
            self.run(shader, size, &buffers);
        };
        let qkv = self.empty(3 * self.rows() * self.layout.width);
        let buffers = with(vec![&params, &step, &x, &qkv], norm1, pre);
        run(Shader::Qkv, self.tokens(), buffers);
        let [merged, middle, y] = [0; 3].map(|_| self.activations());
        let sums = self.empty(self.rows() * heads);
        let mut buffers = vec![&step, &qkv, &merged];
        if self.save {
            buffers.push(&sums);
        }
        self.run(Shader::Attention, [self.rows() * heads, 1], &buffers);
        let buffers = with(vec![&params, &step, &merged, &x, &middle], norm1, !pre);
        run(Shader::Project, self.tokens(), buffers);
        let buffers = with(vec![&params, &step, &middle, &y], norm2, true);
        run(Shader::Mlp, self.tokens(), buffers);
        let saved = SavedBlock {
            x,
            qkv,
            heads: merged,
            sums,
            middle,
            norms,
        };
        (y, saved)
    }
}
