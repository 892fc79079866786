//! The feed-forward half of an encoder block: linear, activation, linear.
//!
//! The hidden activations are wide, 48 times as wide as their input in the `reference` preset. So
//! they are computed in tiles that fit the first-level cache and never stored; the backward pass
//! computes them once more.

use super::RowDropout;
use super::activation::{activate, activate_backward};
use crate::config::Activation;
use crate::engine::cpu::scratch::with_scratch;
use crate::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};
use crate::engine::cpu::simd::rows::{add_rows, tile};

/// Tokens of a tile, at most.
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
    /// Drops activations, `[tokens, hidden]`.
    pub dropout: RowDropout,
}

/// The gradients of an MLP's parameters, which are added to.
pub struct MlpGradients<'a> {
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
            let most = tile(x.len() / width, TOKENS);
            let tiles = x.chunks(most * width).zip(y.chunks_mut(most * width));
            for (index, (x, y)) in tiles.enumerate() {
                let first = index * most;
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
                    gemm(
                        [tokens, width, count],
                        Strided::dense(hidden, count),
                        dense(&self.weight2[from * width..], width),
                        dense_mut(y, width),
                        start,
                    );
                }
            }
        });
    }

    /// # Shapes
    /// - x: `[tokens, width]`
    /// - dy: `[tokens, width]`, the gradient of the output
    /// - transposed: both weights, `[hidden, width]` and `[width, hidden]`
    /// - dx: `[tokens, width]`, overwritten
    pub fn backward(
        &self,
        [x, dy]: [&[f32]; 2],
        transposed: [&[f32]; 2],
        mut gradients: MlpGradients<'_>,
        dx: &mut [f32],
    ) {
        let width = self.bias2.len();
        add_rows(dy, gradients.bias2);
        with_scratch([TOKENS * HIDDEN; 2], |[hidden, dh]| {
            let most = tile(x.len() / width, TOKENS);
            let inputs = x.chunks(most * width).zip(dy.chunks(most * width));
            let tiles = inputs.zip(dx.chunks_mut(most * width));
            for (index, ((x, dy), dx)) in tiles.enumerate() {
                for from in (0..self.hidden()).step_by(HIDDEN) {
                    let count = HIDDEN.min(self.hidden() - from);
                    let size = x.len() / width * count;
                    let tile = Tile {
                        first: index * most,
                        from,
                        count,
                        x,
                        dy,
                        weight1_transposed: &transposed[0][from * width..],
                        weight2_transposed: &transposed[1][from..],
                    };
                    let scratch = [&mut hidden[..size], &mut dh[..size]];
                    self.tile_backward(tile, scratch, &mut gradients, dx);
                }
            }
        });
    }

    fn tile_backward(
        &self,
        tile: Tile<'_>,
        [hidden, dh]: [&mut [f32]; 2],
        gradients: &mut MlpGradients<'_>,
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
            dense_mut(&mut gradients.weight2[from * width..], width),
            Start::Sum,
        );
        add_rows(dh, &mut gradients.bias1[from..from + count]);
        let dweight1 = RowsMut {
            values: &mut gradients.weight1[from..],
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
        let columns = from..from + count;
        self.dropout.apply(tile, first, columns, self.hidden());
    }

    fn hidden(&self) -> usize {
        self.bias1.len()
    }
}

/// The values that the backward pass of a tile reads.
struct Tile<'a> {
    /// The first token.
    first: usize,
    /// The first hidden value.
    from: usize,
    /// The number of hidden values of each token.
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
