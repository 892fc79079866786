//! The model's backward pass on the CPU: the steps of the forward pass, from the last to the first.

use super::activations::{ActivationGradients, Activations, BlockActivations};
use super::forward::Pass;
use super::parameters::{Gradients, Parameters};
use super::simd::rows::{add, add_rows};
use crate::config::Norm;
use crate::model::parameters::Parameter::*;
use crate::model::{Dropout, Layout};

/// The way back of a shard.
pub struct Backward<'a> {
    pub pass: Pass<'a>,
    /// Transposed matrices.
    pub transposed: Parameters<'a>,
}

impl Backward<'_> {
    /// Adds a shard's gradients.
    ///
    /// # Shapes
    /// - activations: as [`Pass::forward`] left them
    /// - dlogits: `[images, classes]`, the gradient of the logits
    pub fn backward(
        &self,
        activations: &mut Activations,
        dlogits: &[f32],
        gradients: &mut Gradients<'_>,
    ) {
        self.head(activations, dlogits, gradients);
        for index in (0..self.layout().layers).rev() {
            self.encode(index, activations, gradients);
        }
        self.embed(activations, gradients);
    }

    /// Writes the gradient of the class tokens, `[images, width]`.
    fn head(&self, activations: &mut Activations, dlogits: &[f32], gradients: &mut Gradients<'_>) {
        let width = self.layout().width;
        let (images, parameters) = (self.pass.images, self.pass.parameters);
        let dx = &mut activations.gradients.x[..images * width];
        let linear = parameters.linear([HeadWeight, HeadBias], 0);
        let found = gradients.of([HeadWeight, HeadBias], 0);
        let transposed = self.transposed.of(HeadWeight, 0);
        linear.backward([&activations.head, dlogits], transposed, found, dx);
        let norm = parameters.layer_norm([HeadNormWeight, HeadNormBias], 0);
        let found = gradients.of([HeadNormWeight, HeadNormBias], 0);
        norm.backward(activations.head_norm.rows(images, width), dx, found);
    }

    /// From the gradient of an encoder block's output to that of its input.
    fn encode(&self, index: usize, activations: &mut Activations, gradients: &mut Gradients<'_>) {
        let Activations {
            blocks,
            gradients: of,
            ..
        } = activations;
        let (pass, block) = (self.pass, &blocks[index]);
        let Layout { width, norm, .. } = *self.layout();
        let queries = pass.queries(index);
        let rows = pass.images * queries;
        let size = rows * width;
        let norm1 = pass.parameters.layer_norm([Norm1Weight, Norm1Bias], index);
        let norm2 = pass.parameters.layer_norm([Norm2Weight, Norm2Bias], index);
        let saved2 = block.norms[1].rows(rows, width);
        match norm {
            Norm::Pre => {
                self.mlp(index, block, of, gradients);
                let input = &mut of.input[..size];
                let found = gradients.of([Norm2Weight, Norm2Bias], index);
                norm2.backward(saved2, input, found);
                add(&mut of.x[..size], input);

                self.attend(index, block, of, gradients);
                let saved1 = block.norms[0].rows(pass.images * pass.tokens(), width);
                let found = gradients.of([Norm1Weight, Norm1Bias], index);
                norm1.backward(saved1, &mut of.input, found);
            }
            Norm::Post => {
                let found = gradients.of([Norm2Weight, Norm2Bias], index);
                norm2.backward(saved2, &mut of.x[..size], found);
                self.mlp(index, block, of, gradients);
                add(&mut of.x[..size], &of.input[..size]);

                let saved1 = block.norms[0].rows(rows, width);
                let found = gradients.of([Norm1Weight, Norm1Bias], index);
                norm1.backward(saved1, &mut of.x[..size], found);
                self.attend(index, block, of, gradients);
            }
        }
        self.spread_queries(queries, &mut of.x);
        add(&mut of.x, &of.input);
    }

    /// From the residual stream's gradient to that of what the MLP got.
    fn mlp(
        &self,
        index: usize,
        block: &BlockActivations,
        of: &mut ActivationGradients,
        gradients: &mut Gradients<'_>,
    ) {
        let pass = self.pass;
        let queries = pass.queries(index);
        let size = pass.images * queries * self.layout().width;
        let dropout = pass.dropout.at(1 + index);
        let mlp = pass
            .parameters
            .mlp(index, pass.rows(dropout.at(2), queries));
        let dbranch = &mut of.branch[..size];
        self.branch(dropout.at(3), queries, &of.x, dbranch);
        let transposed = [Linear1Weight, Linear2Weight];
        mlp.backward(
            [&block.mlp_input[..size], dbranch],
            transposed.map(|weight| self.transposed.of(weight, index)),
            gradients.mlp(index),
            &mut of.input[..size],
        );
    }

    /// From the residual stream's gradient to that of what attention got.
    fn attend(
        &self,
        index: usize,
        block: &BlockActivations,
        of: &mut ActivationGradients,
        gradients: &mut Gradients<'_>,
    ) {
        let pass = self.pass;
        let queries = pass.queries(index);
        let size = pass.images * queries * self.layout().width;
        let ActivationGradients {
            x,
            branch,
            input,
            mixed: dmixed,
            qkv: dqkv,
        } = of;
        let (dbranch, dmixed) = (&mut branch[..size], &mut dmixed[..size]);
        self.branch(pass.dropout.at(1 + index).at(1), queries, x, dbranch);

        let mixed = &block.mixed[..size];
        let out_proj = [OutProjWeight, OutProjBias];
        pass.parameters.linear(out_proj, index).backward(
            [mixed, dbranch],
            self.transposed.of(OutProjWeight, index),
            gradients.of(out_proj, index),
            dmixed,
        );
        let attention = pass.attention(index);
        attention.backward(&block.qkv, mixed, &block.statistics, dmixed, dqkv);
        let in_proj = [InProjWeight, InProjBias];
        pass.parameters.linear(in_proj, index).backward(
            [&block.attention_input, dqkv],
            self.transposed.of(InProjWeight, index),
            gradients.of(in_proj, index),
            input,
        );
    }

    /// From the residual stream's gradient to that of what a branch added to it.
    fn branch(&self, dropout: Dropout, queries: usize, dx: &[f32], dbranch: &mut [f32]) {
        dbranch.copy_from_slice(&dx[..dbranch.len()]);
        self.pass.drop_rows(dropout, queries, dbranch);
    }

    /// The gradients of positions, the class token and the patches' linear layer.
    fn embed(&self, activations: &mut Activations, gradients: &mut Gradients<'_>) {
        let layout = self.layout();
        let dx = &mut activations.gradients.x;
        self.pass
            .drop_rows(self.pass.dropout.at(0), layout.tokens, dx);
        let [dpositions] = gradients.of([Positions], 0);
        add_rows(dx, dpositions);
        let linear = self.pass.parameters.linear([PatchWeight, PatchBias], 0);
        let images = dx.chunks_exact(layout.tokens * layout.width);
        let size = (layout.tokens - 1) * layout.patch_values();
        for (dtokens, patches) in images.zip(activations.patches.chunks_exact(size)) {
            let (dclass, dpatches) = dtokens.split_at(layout.width);
            let [dclass_token, dweight, dbias] =
                gradients.of([ClassToken, PatchWeight, PatchBias], 0);
            add(dclass_token, dclass);
            linear.backward([patches, dpatches], &[], [dweight, dbias], &mut []);
        }
    }

    /// Puts class tokens back to their images, if they were the only queries; the other tokens get
    /// zeros: `[images, queries, width]` to `[images, tokens, width]`.
    fn spread_queries(&self, queries: usize, x: &mut [f32]) {
        let Layout { tokens, width, .. } = *self.layout();
        if queries == tokens {
            return;
        }
        // From the last one on, which none overwrites that is still to be moved.
        for image in (0..self.pass.images).rev() {
            let token = image * tokens * width;
            x.copy_within(image * width..(image + 1) * width, token);
            x[token + width..token + tokens * width].fill(0.0);
        }
    }

    fn layout(&self) -> &Layout {
        &self.pass.parameters.layout
    }
}
