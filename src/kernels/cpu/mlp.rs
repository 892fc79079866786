//! The feed-forward half of an encoder block: linear, activation, linear.
//!
//! The hidden activations are wide, 48 times as wide as their input in the `reference` preset. So
//! they are computed in tiles that fit the first-level cache and never stored; the backward pass
//! computes them once more.

use super::activation::{activate, activate_backward};
use super::gemm::{Rows, RowsMut, Start, Strided, add_rows, gemm, transpose};
use super::scratch::with_scratch;
use crate::config::Activation;
use crate::kernels::Dropout;

/// Tokens of a tile.
const TOKENS: usize = 64;
/// Hidden values of a tile, per token.
const HIDDEN: usize = 64;

/// Two linear layers, matrices row by row.
#[derive(Clone, Copy)]
pub struct Mlp<'a> {
    /// `[width, hidden]`
    pub weight1: &'a [f32],
    /// `[hidden]`
    pub bias1: &'a [f32],
    /// `[hidden, width]`
    pub weight2: &'a [f32],
    /// `[width]`
    pub bias2: &'a [f32],
    pub activation: Activation,
    /// Of the activations; a position counts hidden values, token after token.
    pub dropout: Dropout,
}

/// Gradients, in the shapes of what they belong to.
pub struct MlpGradients<'a> {
    pub x: &'a mut [f32],
    /// This one and those below are added to.
    pub weight1: &'a mut [f32],
    pub bias1: &'a mut [f32],
    pub weight2: &'a mut [f32],
    pub bias2: &'a mut [f32],
}

impl Mlp<'_> {
    /// # Shapes
    /// - x, y: `[tokens, width]`
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let width = self.bias2.len();
        with_scratch([TOKENS * HIDDEN], |[hidden]| {
            let tile = TOKENS * width;
            for (index, (x, y)) in x.chunks(tile).zip(y.chunks_mut(tile)).enumerate() {
                let first = index * TOKENS;
                let tokens = x.len() / width;
                for from in (0..self.hidden()).step_by(HIDDEN) {
                    let count = HIDDEN.min(self.hidden() - from);
                    let hidden = &mut hidden[..tokens * count];
                    self.pre_activations(x, from, count, hidden);
                    activate(self.activation, hidden);
                    self.drop(hidden, first, from, count);
                    let start = match from {
                        0 => Start::Bias(self.bias2),
                        _ => Start::Sum,
                    };
                    let weight2 = dense(&self.weight2[from * width..], width);
                    let y = dense_mut(y, width);
                    gemm(
                        [tokens, width, count],
                        Strided::dense(hidden, count),
                        weight2,
                        y,
                        start,
                    );
                }
            }
        });
    }

    /// # Shapes
    /// - x: `[tokens, width]`
    /// - dy: `[tokens, width]`, the gradient of the output
    pub fn backward(&self, x: &[f32], dy: &[f32], gradients: MlpGradients<'_>) {
        let width = self.bias2.len();
        let matrix = self.weight1.len();
        let tile = TOKENS * HIDDEN;
        add_rows(dy, gradients.bias2);
        with_scratch([matrix, matrix, tile, tile], |[w1_t, w2_t, hidden, dh]| {
            transpose(self.weight1, self.hidden(), w1_t);
            transpose(self.weight2, width, w2_t);
            for first in (0..x.len() / width).step_by(TOKENS) {
                let end = (first + TOKENS).min(x.len() / width);
                let range = first * width..end * width;
                for from in (0..self.hidden()).step_by(HIDDEN) {
                    let count = HIDDEN.min(self.hidden() - from);
                    let size = (end - first) * count;
                    let tile = Tile {
                        first,
                        from,
                        count,
                        x: &x[range.clone()],
                        dy: &dy[range.clone()],
                        weight1_transposed: &w1_t[from * width..],
                        weight2_transposed: &w2_t[from..],
                    };
                    let dx = &mut gradients.x[range.clone()];
                    let scratch = [&mut hidden[..size], &mut dh[..size]];
                    let weights = [&mut *gradients.weight1, &mut *gradients.weight2];
                    self.tile_backward(tile, scratch, weights, gradients.bias1, dx);
                }
            }
        });
    }

    fn tile_backward(
        &self,
        tile: Tile<'_>,
        [hidden, dh]: [&mut [f32]; 2],
        [dweight1, dweight2]: [&mut [f32]; 2],
        dbias1: &mut [f32],
        dx: &mut [f32],
    ) {
        let Tile {
            from, count, x, dy, ..
        } = tile;
        let width = self.bias2.len();
        let tokens = x.len() / width;
        self.pre_activations(x, from, count, hidden);
        let weight2 = Rows {
            values: tile.weight2_transposed,
            row: self.hidden(),
        };
        let dy_by_token = Strided::dense(dy, width);
        gemm(
            [tokens, count, width],
            dy_by_token,
            weight2,
            dense_mut(dh, count),
            Start::Zero,
        );
        activate_backward(self.activation, hidden, dh);
        self.drop(hidden, tile.first, from, count);
        self.drop(dh, tile.first, from, count);

        gemm(
            [count, width, tokens],
            Strided::transposed(hidden, count),
            dense(dy, width),
            dense_mut(&mut dweight2[from * width..], width),
            Start::Sum,
        );
        add_rows(dh, &mut dbias1[from..from + count]);
        let dweight1 = RowsMut {
            values: &mut dweight1[from..],
            row: self.hidden(),
        };
        gemm(
            [width, count, tokens],
            Strided::transposed(x, width),
            dense(dh, count),
            dweight1,
            Start::Sum,
        );
        let start = if from == 0 { Start::Zero } else { Start::Sum };
        let weight1 = dense(tile.weight1_transposed, width);
        gemm(
            [tokens, width, count],
            Strided::dense(dh, count),
            weight1,
            dense_mut(dx, width),
            start,
        );
    }

    /// `count` hidden values of each token, from `from` on, before the activation.
    fn pre_activations(&self, x: &[f32], from: usize, count: usize, hidden: &mut [f32]) {
        let width = self.bias2.len();
        let weight1 = Rows {
            values: &self.weight1[from..],
            row: self.hidden(),
        };
        gemm(
            [x.len() / width, count, width],
            Strided::dense(x, width),
            weight1,
            dense_mut(hidden, count),
            Start::Bias(&self.bias1[from..]),
        );
    }

    /// Drops from a tile that begins at token `first` and hidden value `from`.
    fn drop(&self, tile: &mut [f32], first: usize, from: usize, count: usize) {
        if self.dropout.is_none() {
            return;
        }
        for (token, values) in tile.chunks_exact_mut(count).enumerate() {
            let position = (first + token) * self.hidden() + from;
            self.dropout.apply(values, position, 1);
        }
    }

    fn hidden(&self) -> usize {
        self.bias1.len()
    }
}

/// What the backward pass of a tile reads.
struct Tile<'a> {
    /// The first token.
    first: usize,
    /// The first hidden value.
    from: usize,
    /// How many hidden values of each token.
    count: usize,
    x: &'a [f32],
    dy: &'a [f32],
    /// Row `from` of it and the rows after.
    weight1_transposed: &'a [f32],
    /// Column `from` of it and the columns after.
    weight2_transposed: &'a [f32],
}

fn dense(values: &[f32], row: usize) -> Rows<'_> {
    Rows { values, row }
}

fn dense_mut(values: &mut [f32], row: usize) -> RowsMut<'_> {
    RowsMut { values, row }
}
