//! The model's forward pass on WebGPU, shader by shader: the steps of [`model`](crate::model), by the
//! same names. A shader does what one launch can, so that norms are at the ends of others.

use burn::cubecl::server::Handle;

use super::activations::{Activations, BlockActivations, Normalized};
use super::launch::launch;
use super::pass::{Pass, queries};
use super::shader::{Shader, Variant};
use super::source::{Gathering, Source};
use crate::config::Norm;

impl Pass {
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
            let (y, next, saved) = self.encode(index, x, norm);
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
    fn encode(
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
