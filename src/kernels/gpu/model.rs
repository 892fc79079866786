//! The model's forward and backward pass, shader by shader.

use std::fmt;

use burn::cubecl::client::Client;
use burn::cubecl::server::Handle;

use super::launch::{empty, from, launch, upload};
use super::layout::{Layout, Section};
use super::shader::{Drop, Shader, Variant};
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
            layout: Some(self.layout),
            save: self.save,
            drop: self.drop,
        };
        launch(&self.client, variant, size, buffers);
    }

    /// Invocations of a shader that takes tokens.
    fn tokens(&self) -> [usize; 2] {
        [self.rows().div_ceil(Variant::rows(&self.layout)), 1]
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

    /// The gradient of every parameter, from `[batch, classes]`, that of the logits.
    pub fn backward(&self, saved: Saved, dlogits: &Handle) -> Handle {
        let Layout { width, layers, .. } = self.layout;
        let [segments, _] = self.layout.segments(self.batch);
        let partial = self.empty(segments * self.layout.values());
        let Saved {
            images,
            blocks,
            head,
        } = saved;
        let [params, step] = self.section(layers + 1);
        let mut dx = self.activations();
        let buffers = [&params, &step, dlogits, &head.values, &head.scales, &dx];
        self.run(Shader::HeadBackward, [self.rows(), 1], &buffers);
        let of_head = from(&partial, self.layout.head().start);
        let buffers = [&params, &step, dlogits, &head.values, &of_head];
        self.run(Shader::HeadWeights, [width, segments], &buffers);
        for (index, block) in blocks.into_iter().enumerate().rev() {
            dx = self.block_backward(index, block, dx, &partial);
        }
        let [_, step] = self.section(0);
        let values = self.layout.channels * self.layout.patch_size.pow(2);
        let size = [(self.layout.tokens + values) * width / 4, segments];
        self.run(Shader::EmbedWeights, size, &[&step, &images, &dx, &partial]);
        let gradient = self.empty(self.layout.values());
        let size = [self.layout.values(), 1];
        self.run(Shader::Reduce, size, &[&step, &partial, &gradient]);
        gradient
    }

    /// The gradient of the block's input, from that of its output.
    fn block_backward(
        &self,
        index: usize,
        saved: SavedBlock,
        dy: Handle,
        partial: &Handle,
    ) -> Handle {
        let Layout {
            width,
            hidden,
            heads,
            norm,
            ..
        } = self.layout;
        let [segments, _] = self.layout.segments(self.batch);
        let [params, step] = self.section(index + 1);
        let partial = from(partial, self.layout.block(index).start);
        let SavedBlock {
            x,
            qkv,
            heads: merged,
            sums,
            middle,
            norms: [norm1, norm2],
        } = saved;
        let pre = norm == Norm::Pre;
        let [dmiddle, dm, dz, dsum, dmerged, dx] = [0; 6].map(|_| self.activations());

        let base = [&params, &step, &dy, &norm2.values, &norm2.scales];
        let rest = if pre {
            [&dmiddle, &dm, &dz]
        } else {
            [&middle, &dmiddle, &dm]
        };
        self.run(
            Shader::MlpBackward,
            self.tokens(),
            &[&base[..], &rest].concat(),
        );
        let size = [hidden / Variant::units(&self.layout) + width / 4, segments];
        let mut buffers = vec![&params, &step];
        if pre {
            buffers.extend([&norm2.values, &dm, &dz]);
        } else {
            buffers.extend([&middle, &dm, &norm2.values, &dy]);
        }
        buffers.push(&partial);
        self.run(Shader::MlpWeights, size, &buffers);

        let mut buffers = vec![&params, &step, &dmiddle];
        if !pre {
            buffers.extend([&norm1.values, &norm1.scales, &dsum]);
        }
        buffers.push(&dmerged);
        self.run(Shader::ProjectBackward, self.tokens(), &buffers);
        // Without a norm in between, the sum's gradient is what came in.
        let dsum = if pre { &dmiddle } else { &dsum };
        let square = width / 4 * width / 4;
        let mut buffers = vec![&step, &merged, dsum];
        if !pre {
            buffers.extend([&norm1.values, &dmiddle]);
        }
        buffers.push(&partial);
        self.run(
            Shader::ProjectWeights,
            [square + width / 4, segments],
            &buffers,
        );

        let dqkv = self.empty(3 * self.rows() * width);
        let buffers = [&step, &qkv, &merged, &dmerged, &sums, &dqkv];
        self.run(
            Shader::AttentionBackward,
            [self.rows() * heads, 1],
            &buffers,
        );

        let mut buffers = vec![&params, &step, &dqkv, dsum];
        if pre {
            buffers.extend([&norm1.values, &norm1.scales, &dz]);
        }
        buffers.push(&dx);
        self.run(Shader::QkvBackward, self.tokens(), &buffers);
        let buffers = if pre {
            vec![&params, &step, &norm1.values, &dqkv, &dz, &partial]
        } else {
            vec![&step, &x, &dqkv, &partial]
        };
        self.run(
            Shader::QkvWeights,
            [3 * square + width / 4, segments],
            &buffers,
        );
        dx
    }
}
