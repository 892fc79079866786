//! The whole model, an image at a time, for reading digits: nothing is kept for a backward pass, and
//! nothing lies between the kernels but scratch memory, which stays in the cache.

use super::class_attention::ClassAttention;
use super::scratch::with_scratch;
use super::{Attention, LayerNorm, Linear, Mlp};
use crate::config::Norm;
use crate::kernels::Dropout;
use crate::model::parameters::Parameter::{self, *};
use crate::model::{Layout, Places};

/// A model whose parameters lie as its layout says.
#[derive(Clone, Copy)]
pub struct Vit<'a> {
    layout: Layout,
    places: Places,
    parameters: &'a [f32],
}

/// The parameters of an encoder block.
struct Block<'a> {
    in_proj: Linear<'a>,
    out_proj: Linear<'a>,
    mlp: Mlp<'a>,
    norms: [LayerNorm<'a>; 2],
}

/// What a block works in, `[tokens, ..]`.
struct Scratch<'a> {
    normed: &'a mut [f32],
    packed: &'a mut [f32],
    heads: &'a mut [f32],
    added: &'a mut [f32],
    statistics: &'a mut [f32],
}

impl<'a> Vit<'a> {
    pub fn new(layout: Layout, parameters: &'a [f32]) -> Self {
        Self {
            layout,
            places: layout.places(),
            parameters,
        }
    }

    /// # Shapes
    /// - images: `[batch, channels, image_size, image_size]`
    /// - logits: `[batch, classes]`
    pub fn forward(&self, images: &[f32], logits: &mut [f32]) {
        let layout = self.layout;
        let values = layout.tokens * layout.width;
        let cut = (layout.tokens - 1) * layout.patch_values();
        let statistics = 2 * layout.heads * self.attention().columns();
        let lengths = [values, values, 3 * values, values, values, statistics, cut];
        with_scratch(
            lengths,
            |[x, normed, packed, heads, added, statistics, patches]| {
                let mut scratch = Scratch {
                    normed,
                    packed,
                    heads,
                    added,
                    statistics,
                };
                let images = images.chunks_exact(layout.channels * layout.image_size.pow(2));
                for (image, logits) in images.zip(logits.chunks_exact_mut(layout.classes)) {
                    self.embed(image, patches, x);
                    for index in 0..layout.layers {
                        // The head reads the class token alone, which is the first.
                        let is_last = index + 1 == layout.layers;
                        let count = if is_last { 1 } else { layout.tokens };
                        self.encode(&self.block(index), count, x, &mut scratch);
                    }
                    self.read(&x[..layout.width], scratch.normed, logits);
                }
            },
        );
    }

    /// Patches through the linear layer, the class token before them, positions added.
    fn embed(&self, image: &[f32], patches: &mut [f32], x: &mut [f32]) {
        self.cut(image, patches);
        let (first, rest) = x.split_at_mut(self.layout.width);
        first.copy_from_slice(self.values(ClassToken, 0));
        self.linear([PatchWeight, PatchBias], 0)
            .forward(patches, rest);
        add(x, self.values(Positions, 0));
    }

    /// `[patches, channels · patch_size²]`, patches row by row.
    fn cut(&self, image: &[f32], patches: &mut [f32]) {
        let (side, size) = (self.layout.image_size, self.layout.patch_size);
        let across = side / size;
        let patches = patches.chunks_exact_mut(self.layout.patch_values());
        for (index, patch) in patches.enumerate() {
            let corner = index / across * size * side + index % across * size;
            for (line, values) in patch.chunks_exact_mut(size).enumerate() {
                let from = line / size * side * side + corner + line % size * side;
                values.copy_from_slice(&image[from..from + size]);
            }
        }
    }

    /// An encoder block; only the first `count` tokens are asked for.
    fn encode(&self, block: &Block<'_>, count: usize, x: &mut [f32], scratch: &mut Scratch<'_>) {
        let size = count * self.layout.width;
        let [first, second] = block.norms;
        match self.layout.norm {
            Norm::Pre => {
                first.forward(x, None, None, scratch.normed);
                self.attend(block, count, None, scratch);
                let x = &mut x[..size];
                add(x, &scratch.added[..size]);
                let (normed, added) = (&mut scratch.normed[..size], &mut scratch.added[..size]);
                second.forward(x, None, None, normed);
                block.mlp.forward(normed, added);
                add(x, added);
            }
            Norm::Post => {
                self.attend(block, count, Some(x), scratch);
                let (normed, added) = (&mut scratch.normed[..size], &mut scratch.added[..size]);
                let x = &mut x[..size];
                first.forward(x, Some(added), None, normed);
                block.mlp.forward(normed, added);
                second.forward(normed, Some(added), None, x);
            }
        }
    }

    /// Attention of x, or of what is normed, into what is to be added.
    fn attend(
        &self,
        block: &Block<'_>,
        count: usize,
        x: Option<&[f32]>,
        scratch: &mut Scratch<'_>,
    ) {
        let x = x.unwrap_or(scratch.normed);
        let heads = &mut scratch.heads[..count * self.layout.width];
        if count == 1 {
            let attention = ClassAttention {
                in_proj: block.in_proj,
                heads: self.layout.heads,
            };
            attention.forward(x, heads);
        } else {
            block.in_proj.forward(x, scratch.packed);
            self.attention()
                .forward(scratch.packed, heads, scratch.statistics);
        }
        block.out_proj.forward(heads, scratch.added);
    }

    fn read(&self, token: &[f32], normed: &mut [f32], logits: &mut [f32]) {
        let normed = &mut normed[..self.layout.width];
        let norm = self.norm([HeadNormWeight, HeadNormBias], 0);
        norm.forward(token, None, None, normed);
        self.linear([HeadWeight, HeadBias], 0)
            .forward(normed, logits);
    }

    fn attention(&self) -> Attention {
        Attention {
            tokens: self.layout.tokens,
            queries: self.layout.tokens,
            width: self.layout.width,
            heads: self.layout.heads,
            dropout: Dropout::NONE,
        }
    }

    fn block(&self, index: usize) -> Block<'a> {
        Block {
            in_proj: self.linear([InProjWeight, InProjBias], index),
            out_proj: self.linear([OutProjWeight, OutProjBias], index),
            mlp: Mlp {
                weight1: self.values(Linear1Weight, index),
                bias1: self.values(Linear1Bias, index),
                weight2: self.values(Linear2Weight, index),
                bias2: self.values(Linear2Bias, index),
                activation: self.layout.activation,
                dropout: Dropout::NONE,
            },
            norms: [[Norm1Weight, Norm1Bias], [Norm2Weight, Norm2Bias]]
                .map(|norm| self.norm(norm, index)),
        }
    }

    fn linear(&self, [weight, bias]: [Parameter; 2], block: usize) -> Linear<'a> {
        Linear {
            weight: self.values(weight, block),
            bias: self.values(bias, block),
        }
    }

    fn norm(&self, [weight, bias]: [Parameter; 2], block: usize) -> LayerNorm<'a> {
        LayerNorm {
            gain: self.values(weight, block),
            bias: self.values(bias, block),
            eps: f32::from_bits(self.layout.eps_bits),
        }
    }

    fn values(&self, parameter: Parameter, block: usize) -> &'a [f32] {
        &self.parameters[self.places.of(parameter, block)]
    }
}

fn add(x: &mut [f32], added: &[f32]) {
    for (x, added) in x.iter_mut().zip(added) {
        *x += added;
    }
}
