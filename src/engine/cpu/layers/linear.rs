//! A linear layer.

use crate::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};
use crate::engine::cpu::simd::rows::{add_rows, tile};

/// Rows of a tile at most, so that what a tile needs stays in the first-level cache.
const ROWS: usize = 64;

/// y = x · weight + bias, matrices row by row.
#[derive(Clone, Copy)]
pub struct Linear<'a> {
    /// `[inputs, outputs]`
    pub weight: &'a [f32],
    /// `[outputs]`
    pub bias: &'a [f32],
}

impl Linear<'_> {
    /// # Shapes
    /// - x: `[rows, inputs]`
    /// - y: `[rows, outputs]`
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        let [inputs, outputs] = self.shape();
        let tile = tile(x.len() / inputs, ROWS);
        let tiles = x.chunks(tile * inputs).zip(y.chunks_mut(tile * outputs));
        for (x, y) in tiles {
            gemm(
                [x.len() / inputs, outputs, inputs],
                Strided::dense(x, inputs),
                rows(self.weight, outputs),
                rows_mut(y, outputs),
                Start::Bias(self.bias),
            );
        }
    }

    /// Adds to the gradients of weight and bias, and writes that of x.
    ///
    /// # Shapes
    /// - x: `[rows, inputs]`
    /// - dy: `[rows, outputs]`, the gradient of the output
    /// - transposed: the weight, `[outputs, inputs]`
    /// - dx: `[rows, inputs]`, or empty where it is not needed
    pub fn backward(
        &self,
        [x, dy]: [&[f32]; 2],
        transposed: &[f32],
        [dweight, dbias]: [&mut [f32]; 2],
        dx: &mut [f32],
    ) {
        let [inputs, outputs] = self.shape();
        add_rows(dy, dbias);
        let tile = tile(x.len() / inputs, ROWS);
        let tiles = x.chunks(tile * inputs).zip(dy.chunks(tile * outputs));
        for (index, (x, dy)) in tiles.enumerate() {
            let count = x.len() / inputs;
            gemm(
                [inputs, outputs, count],
                Strided::transposed(x, inputs),
                rows(dy, outputs),
                rows_mut(dweight, outputs),
                Start::Sum,
            );
            if dx.is_empty() {
                continue;
            }
            gemm(
                [count, inputs, outputs],
                Strided::dense(dy, outputs),
                rows(transposed, inputs),
                rows_mut(&mut dx[index * tile * inputs..], inputs),
                Start::Zero,
            );
        }
    }

    fn shape(&self) -> [usize; 2] {
        [self.weight.len() / self.bias.len(), self.bias.len()]
    }
}

fn rows(values: &[f32], row: usize) -> Rows<'_> {
    Rows { values, row }
}

fn rows_mut(values: &mut [f32], row: usize) -> RowsMut<'_> {
    RowsMut { values, row }
}
