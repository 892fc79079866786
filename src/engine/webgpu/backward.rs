//! The model's backward pass on WebGPU, shader by shader.

use burn::cubecl::server::Handle;

use super::activations::{Activations, BlockActivations};
use super::launch::from;
use super::pass::{Pass, queries};
use super::shader::Shader;
use super::tiling::Tiling;
use crate::config::Norm;
use crate::model::Layout;

impl Pass {
    /// The gradient of every parameter, from `[batch, classes]`, that of the logits.
    pub fn backward(&self, activations: Activations, dlogits: &Handle) -> Handle {
        let Layout { width, layers, .. } = self.layout;
        let [segments, _] = self.layout.segments(self.batch);
        let partial = self.empty(segments * self.layout.values());
        let Activations {
            images,
            blocks,
            head,
        } = activations;
        let [params, uniforms] = self.section(layers + 1);
        let mut dx = self.activations();
        let buffers = [&params, dlogits, &head.values, &head.scales, &dx];
        self.run_workgroups(Shader::HeadBackward, [self.batch, 1], &buffers);
        let of_head = from(&partial, self.layout.head().start);
        let buffers = [&params, &uniforms, dlogits, &head.values, &of_head];
        self.run(Shader::HeadWeights, [width, segments], &buffers);
        for (index, block) in blocks.into_iter().enumerate().rev() {
            dx = self.encode_backward(index, block, dx, &partial);
        }
        let [_, uniforms] = self.section(0);
        let values = self.layout.channels * self.layout.patch_size.pow(2);
        let Tiling { tiles, split, .. } = self.tiling;
        let positions = (self.layout.tokens * width / 4).div_ceil(tiles * split);
        let workgroups = positions + (values * width / 4).div_ceil(tiles);
        let buffers = [&uniforms, &images, &dx, &partial];
        self.run_workgroups(Shader::EmbedWeights, [workgroups, segments], &buffers);
        let gradient = self.empty(self.layout.values());
        let size = [self.layout.values(), 1];
        self.run(Shader::Reduce, size, &[&uniforms, &partial, &gradient]);
        gradient
    }

    /// The gradient of the block's input, from that of its output.
    fn encode_backward(
        &self,
        index: usize,
        saved: BlockActivations,
        dy: Handle,
        partial: &Handle,
    ) -> Handle {
        let Layout {
            width,
            hidden,
            heads,
            norm,
            tokens,
            ..
        } = self.layout;
        let queries = queries(&self.layout, index + 1);
        let [segments, _] = self.layout.segments(self.batch);
        let [params, uniforms] = self.section(index + 1);
        let partial = from(partial, self.layout.block(index).start);
        let BlockActivations {
            x,
            qkv,
            heads: merged,
            logsumexp,
            middle,
            norms: [norm1, norm2],
        } = saved;
        let pre = norm == Norm::Pre;
        let [dmiddle, dm, dz, dsum, dmerged, dx] = [0; 6].map(|_| self.activations());

        let base = [&params, &uniforms, &dy, &norm2.values, &norm2.scales];
        let rest = if pre {
            [&dmiddle, &dm, &dz]
        } else {
            [&middle, &dmiddle, &dm]
        };
        let buffers = [&base[..], &rest].concat();
        self.run(Shader::MlpBackward, self.cooperative(queries), &buffers);
        let mut buffers = vec![&params, &uniforms];
        if pre {
            buffers.extend([&norm2.values, &dm, &dz]);
        } else {
            buffers.extend([&middle, &dm, &norm2.values, &dy]);
        }
        buffers.push(&partial);
        let Tiling { units, .. } = self.tiling;
        if self.tiling.is_scalar() {
            let size = [hidden / units + width / 4, segments];
            self.run(Shader::MlpWeights, size, &buffers);
        } else {
            let workgroups = hidden.div_ceil(units);
            self.run_workgroups(Shader::MlpWeights, [workgroups, segments], &buffers);
        }

        let mut buffers = vec![&params, &uniforms, &dmiddle];
        if !pre {
            buffers.extend([&norm1.values, &norm1.scales, &dsum]);
        }
        let deltas = self.empty(self.rows() * heads);
        buffers.extend([&merged, &dmerged, &deltas]);
        self.run(Shader::ProjectBackward, self.cooperative(queries), &buffers);
        // Without a norm in between, the sum's gradient is what came in.
        let dsum = if pre { &dmiddle } else { &dsum };
        let Tiling {
            inputs,
            columns,
            tiles,
            ..
        } = self.tiling;
        let square = (width / 4 / inputs) * (width / 4 / columns);
        let norm = (width / 4).div_ceil(tiles);
        let mut buffers = vec![&uniforms, &merged, dsum];
        if !pre {
            buffers.extend([&norm1.values, &dmiddle]);
        }
        buffers.push(&partial);
        let workgroups = square.div_ceil(tiles) + if pre { 0 } else { norm };
        self.run_workgroups(Shader::ProjectWeights, [workgroups, segments], &buffers);

        let dqkv = self.empty(3 * self.rows() * width);
        let buffers = [&uniforms, &qkv, &dmerged, &logsumexp, &deltas, &dqkv];
        self.run(Shader::AttentionBackward, self.queries_and_keys(), &buffers);

        let mut buffers = vec![&params, &uniforms, &dqkv, dsum];
        if pre {
            buffers.extend([&norm1.values, &norm1.scales, &dz]);
        }
        buffers.push(&dx);
        self.run(Shader::QkvBackward, self.cooperative(tokens), &buffers);
        let buffers = if pre {
            vec![&params, &uniforms, &norm1.values, &dqkv, &dz, &partial]
        } else {
            vec![&uniforms, &x, &dqkv, &partial]
        };
        let workgroups = (3 * square).div_ceil(tiles) + if pre { norm } else { 0 };
        self.run_workgroups(Shader::QkvWeights, [workgroups, segments], &buffers);
        dx
    }
}
