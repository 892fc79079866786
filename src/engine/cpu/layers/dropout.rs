//! Dropout of rows of a matrix.

use std::ops::Range;

use crate::model::Dropout;

/// The values of a matrix to drop, given some of its rows: every `stride`-th from `first` on.
///
/// Positions count in the whole matrix of a batch, whichever shard computes the rows, and although
/// the last block computes those of class tokens alone.
#[derive(Clone, Copy, Debug)]
pub struct RowDropout {
    pub dropout: Dropout,
    pub first: usize,
    pub stride: usize,
}

impl RowDropout {
    /// Drops values in some columns of given rows, from row `row` of them on; the matrix has
    /// `width` columns.
    pub fn apply(&self, values: &mut [f32], row: usize, columns: Range<usize>, width: usize) {
        if self.dropout.is_none() {
            return;
        }
        for (index, values) in values.chunks_exact_mut(columns.len()).enumerate() {
            let place = self.first + (row + index) * self.stride;
            self.dropout.apply(values, place * width + columns.start, 1);
        }
    }
}
