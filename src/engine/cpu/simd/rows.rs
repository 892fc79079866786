//! Sums and copies of matrices, row by row.

use super::instructions::{self as macerator, Simd, with_simd};

/// Adds `added` to `x`, value by value.
#[with_simd]
#[allow(
    clippy::extra_unused_type_parameters,
    reason = "the compiler vectorises the loop for what `S` stands for"
)]
pub fn add<S: Simd>(x: &mut [f32], added: &[f32]) {
    for (x, added) in x.iter_mut().zip(added) {
        *x += added;
    }
}

/// Adds each row of a matrix of `sums.len()` columns to `sums`.
#[with_simd]
#[allow(
    clippy::extra_unused_type_parameters,
    reason = "the compiler vectorises the loop for what `S` stands for"
)]
pub fn add_rows<S: Simd>(rows: &[f32], sums: &mut [f32]) {
    for row in rows.chunks_exact(sums.len()) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}

/// The transposed of a matrix of `columns` columns, without gaps.
pub fn transpose(values: &[f32], columns: usize, transposed: &mut [f32]) {
    let rows = values.len() / columns;
    for (row, values) in values.chunks_exact(columns).enumerate() {
        for (column, value) in values.iter().enumerate() {
            transposed[column * rows + row] = *value;
        }
    }
}

/// Rows of a tile, at most `most`: as many in each tile as can be, in whole blocks of
/// [`gemm`](super::gemm).
pub fn tile(rows: usize, most: usize) -> usize {
    let tiles = rows.div_ceil(most).max(1);
    rows.div_ceil(tiles).next_multiple_of(super::gemm::ROWS)
}
