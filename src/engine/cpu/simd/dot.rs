//! Dot products of all rows of one matrix with all rows of another.

use super::gemm::RowsMut;
use super::instructions::{
    self as macerator, Scalar, Simd, Vector, fused, vload_unaligned, with_simd,
};

/// `C = A · Bᵀ`, all without gaps: for products with fewer columns than a vector has lanes.
///
/// `inner`, the columns of A and B, must be a multiple of [`super::lanes`].
///
/// # Panics
/// If it is not, or C is too small.
#[with_simd]
pub fn dot_rows<'a, S: Simd>(a: &'a [f32], b: &'a [f32], inner: usize, c: RowsMut<'a>) {
    let (rows, columns) = (a.len() / inner, b.len() / inner);
    assert!(
        inner.is_multiple_of(f32::lanes::<S>()),
        "a vector spans two rows"
    );
    let mut column = 0;
    while column < columns {
        let b = &b[column * inner..];
        let c_values = &mut c.values[column..];
        if columns - column >= 2 {
            columns_of_rows::<S, 2>(a, b, inner, rows, c_values, c.row);
            column += 2;
        } else {
            columns_of_rows::<S, 1>(a, b, inner, rows, c_values, c.row);
            column += 1;
        }
    }
}

#[inline(always)]
fn columns_of_rows<S: Simd, const COLUMNS: usize>(
    a: &[f32],
    b: &[f32],
    inner: usize,
    rows: usize,
    c: &mut [f32],
    c_row: usize,
) {
    let mut row = 0;
    while row < rows {
        let a = &a[row * inner..];
        let c = &mut c[row * c_row..];
        if rows - row >= 4 {
            block::<S, 4, COLUMNS>(a, b, inner, c, c_row);
            row += 4;
        } else {
            block::<S, 1, COLUMNS>(a, b, inner, c, c_row);
            row += 1;
        }
    }
}

#[inline(always)]
fn block<S: Simd, const ROWS: usize, const COLUMNS: usize>(
    a: &[f32],
    b: &[f32],
    inner: usize,
    c: &mut [f32],
    c_row: usize,
) {
    let (a, b) = (&a[..ROWS * inner], &b[..COLUMNS * inner]);
    let mut sums = [[0f32.splat::<S>(); COLUMNS]; ROWS];
    for at in (0..inner).step_by(f32::lanes::<S>()) {
        for (i, sums) in sums.iter_mut().enumerate() {
            for (j, sum) in sums.iter_mut().enumerate() {
                // SAFETY: `inner` is a multiple of the lanes, so that each vector lies in one row.
                let (x, y): (Vector<S, f32>, _) = unsafe {
                    (
                        vload_unaligned(a.as_ptr().add(i * inner + at)),
                        vload_unaligned(b.as_ptr().add(j * inner + at)),
                    )
                };
                *sum = fused(x, y, *sum);
            }
        }
    }
    for (i, sums) in sums.iter().enumerate() {
        for (j, sum) in sums.iter().enumerate() {
            c[i * c_row + j] = sum.reduce_add();
        }
    }
}
