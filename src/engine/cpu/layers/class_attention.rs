//! Attention for the class token alone, which is all that is read of the last encoder block.
//!
//! A single query needs no keys: q · (x · W + b) is x · (W · q) but for q · b, which changes all
//! scores alike and so no probability. Nor does it need values, since probabilities sum to 1:
//! Σ p (x · V + b) is (Σ p x) · V + b. Both are far less than a product with every token.

use super::Linear;
use crate::engine::cpu::scratch::with_scratch;
use crate::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};
use crate::engine::cpu::simd::softmax::{Statistics, exp_columns};
use crate::engine::cpu::simd::{lanes, round_up};

#[derive(Clone, Copy)]
pub struct ClassAttention<'a> {
    /// `[width, 3 · width]`, to queries, keys and values.
    pub in_proj: Linear<'a>,
    pub heads: usize,
}

impl ClassAttention<'_> {
    /// # Shapes
    /// - x: `[tokens, width]`, the class token first
    /// - output: `[width]`, heads side by side
    pub fn forward(&self, x: &[f32], output: &mut [f32]) {
        let width = output.len();
        let tokens = x.len() / width;
        // Scores have one head per column, for whole vectors.
        let columns = round_up(self.heads, lanes());
        let lengths = [
            width,
            width * columns,
            tokens * columns,
            2 * columns,
            self.heads * width,
        ];
        with_scratch(lengths, |[query, keys, scores, statistics, mixed]| {
            let token = Strided::dense(&x[..width], width);
            self.project([1, width, width], token, 0, query);
            self.fold_keys(query, columns, keys);
            let (keys, by_token) = (rows(keys, columns), Strided::dense(x, width));
            let shape = [tokens, columns, width];
            gemm(
                shape,
                by_token,
                keys,
                rows_mut(scores, columns),
                Start::Zero,
            );

            let (max, scale) = statistics.split_at_mut(columns);
            let both = Statistics {
                max,
                scale: &mut *scale,
            };
            exp_columns(scores, columns, both);
            let by_head = Strided::transposed(scores, columns);
            let shape = [self.heads, width, tokens];
            gemm(
                shape,
                by_head,
                rows(x, width),
                rows_mut(mixed, width),
                Start::Zero,
            );

            let heads = mixed.chunks_exact_mut(width).zip(scale);
            let head_width = width / self.heads;
            for (head, (mixed, scale)) in heads.enumerate() {
                mixed.iter_mut().for_each(|x| *x *= *scale);
                let from = head * head_width;
                let shape = [1, head_width, width];
                let output = &mut output[from..];
                self.project(
                    shape,
                    Strided::dense(mixed, width),
                    2 * width + from,
                    output,
                );
            }
        });
    }

    /// Some columns of the projection, from `from` on.
    fn project(&self, shape: [usize; 3], x: Strided<'_>, from: usize, output: &mut [f32]) {
        let [_, columns, width] = shape;
        let weight = rows(&self.in_proj.weight[from..], 3 * width);
        let start = Start::Bias(&self.in_proj.bias[from..]);
        gemm(shape, x, weight, rows_mut(output, columns), start);
    }

    /// The weights of a head's keys times its query / √head_width, a head per column.
    fn fold_keys(&self, query: &[f32], columns: usize, folded: &mut [f32]) {
        let width = query.len();
        let head_width = width / self.heads;
        let scale = (head_width as f32).sqrt().recip();
        let weights = self.in_proj.weight.chunks_exact(3 * width);
        for (weights, folded) in weights.zip(folded.chunks_exact_mut(columns)) {
            let keys = weights[width..2 * width].chunks_exact(head_width);
            folded.fill(0.0);
            for ((keys, query), folded) in keys.zip(query.chunks_exact(head_width)).zip(folded) {
                let products = keys.iter().zip(query).map(|(key, query)| key * query);
                *folded = products.sum::<f32>() * scale;
            }
        }
    }
}

fn rows(values: &[f32], row: usize) -> Rows<'_> {
    Rows { values, row }
}

fn rows_mut(values: &mut [f32], row: usize) -> RowsMut<'_> {
    RowsMut { values, row }
}
