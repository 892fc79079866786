//! A linear layer.

use super::gemm::{Rows, RowsMut, Start, Strided, add_rows, gemm, transpose};
use super::scratch::with_scratch;

/// Rows of a tile, so that what a tile needs stays in the cache.
const ROWS: usize = 64;

/// y = x · weight + bias, matrices row by row.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    /// `[inputs, outputs]`
    pub weight: &'a [f32],
    /// `[outputs]`
    pub bias: &'a [f32],
}

/// Gradients, in the shapes of what they belong to.
pub struct LinearGradients<'a> {
    /// Empty where nobody asks for it.
    pub x: &'a mut [f32],
    /// This one and the one below are added to.
    pub weight: &'a mut [f32],
    pub bias: &'a mut [f32],
}

impl Linear<'_> {
    /// # Shapes
    /// - x: `[rows, inputs]`
    /// - y: `[rows, outputs]`
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let [inputs, outputs] = self.shape();
        let tiles = x.chunks(ROWS * inputs).zip(y.chunks_mut(ROWS * outputs));
        for (x, y) in tiles {
            gemm(
                [x.len() / inputs, outputs, inputs],
                Strided::dense(x, inputs),
                Rows {
                    values: self.weight,
                    row: outputs,
                },
                RowsMut {
                    values: y,
                    row: outputs,
                },
                Start::Bias(self.bias),
            );
        }
    }

    /// # Shapes
    /// - x: `[rows, inputs]`
    /// - dy: `[rows, outputs]`, the gradient of the output
    pub fn backward(&self, x: &[f32], dy: &[f32], gradients: LinearGradients<'_>) {
        let [inputs, outputs] = self.shape();
        let LinearGradients {
            x: dx,
            weight,
            bias,
        } = gradients;
        add_rows(dy, bias);
        with_scratch([self.weight.len()], |[transposed]| {
            transpose(self.weight, outputs, transposed);
            let tiles = x.chunks(ROWS * inputs).zip(dy.chunks(ROWS * outputs));
            for (tile, (x, dy)) in tiles.enumerate() {
                let rows = x.len() / inputs;
                gemm(
                    [inputs, outputs, rows],
                    Strided::transposed(x, inputs),
                    Rows {
                        values: dy,
                        row: outputs,
                    },
                    RowsMut {
                        values: weight,
                        row: outputs,
                    },
                    Start::Sum,
                );
                if dx.is_empty() {
                    continue;
                }
                gemm(
                    [rows, inputs, outputs],
                    Strided::dense(dy, outputs),
                    Rows {
                        values: transposed,
                        row: inputs,
                    },
                    RowsMut {
                        values: &mut dx[tile * ROWS * inputs..],
                        row: inputs,
                    },
                    Start::Zero,
                );
            }
        });
    }

    fn shape(&self) -> [usize; 2] {
        [self.weight.len() / self.bias.len(), self.bias.len()]
    }
}
