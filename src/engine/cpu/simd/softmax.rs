//! Softmax down the columns of a matrix.
//!
//! Attention keeps its scores with one query per column, so that lanes are queries: maxima and
//! sums are then taken between vectors, never within one.

use super::instructions::{
    self as macerator, Scalar, Simd, Vector, vload_unaligned, vstore_unaligned, with_simd,
};
use super::math::{Vectors, exp, splat};

/// The divisor of a column's softmax, and the maximum that was subtracted before.
pub struct Statistics<'a> {
    pub max: &'a mut [f32],
    /// 1 / sum of e^(score - max)
    pub scale: &'a mut [f32],
}

/// Rows that are worked on side by side.
const UNROLL: usize = 4;

/// Replaces each score by e^(score - the column's maximum).
///
/// `columns` must be a multiple of [`super::lanes`].
///
/// # Panics
/// If it is not the length of the statistics, or there is no row.
#[with_simd]
pub fn exp_columns<'a, S: Simd>(scores: &'a mut [f32], columns: usize, statistics: Statistics<'a>) {
    let Statistics { max, scale } = statistics;
    let rows = scores.len() / columns;
    assert!(max.len() == columns && scale.len() == columns && rows > 0);
    for column in (0..columns).step_by(f32::lanes::<S>()) {
        // SAFETY: `columns` is a multiple of the lanes, so that each vector lies in one row.
        unsafe {
            let top = scores.as_mut_ptr().add(column);
            let mut largest: Vector<S, f32> = vload_unaligned(top);
            for row in 1..rows {
                let score = vload_unaligned(top.add(row * columns));
                // Two instructions where `max`, which orders NaN and zeros, takes seven on wasm.
                largest = largest.lt(score).select(score, largest);
            }
            let mut sum: Vector<S, f32> = splat!(0.0);
            let mut row = 0;
            while row + UNROLL <= rows {
                sum += exp_rows::<S, UNROLL>(top.add(row * columns), columns, largest);
                row += UNROLL;
            }
            for row in row..rows {
                sum += exp_rows::<S, 1>(top.add(row * columns), columns, largest);
            }
            vstore_unaligned(max.as_mut_ptr().add(column), largest);
            let one: Vector<S, f32> = splat!(1.0);
            vstore_unaligned(scale.as_mut_ptr().add(column), one / sum);
        }
    }
}

/// The sum of the powers that it leaves in `N` rows.
///
/// # Safety
/// `top` must be followed by a vector in each of `N` rows.
#[inline(always)]
unsafe fn exp_rows<S: Simd, const N: usize>(
    top: *mut f32,
    columns: usize,
    largest: Vector<S, f32>,
) -> Vector<S, f32> {
    let mut powers: Vectors<S, N> = [splat!(0.0); N];
    for (row, power) in powers.iter_mut().enumerate() {
        // SAFETY: the caller's.
        *power = unsafe { vload_unaligned::<S, f32>(top.add(row * columns)) } - largest;
    }
    let powers = exp(powers);
    let mut sum: Vector<S, f32> = splat!(0.0);
    for (row, power) in powers.into_iter().enumerate() {
        // SAFETY: the caller's.
        unsafe { vstore_unaligned(top.add(row * columns), power) };
        sum += power;
    }
    sum
}

/// Replaces each score by its probability, from the statistics of [`exp_columns`].
///
/// # Panics
/// If `max` and `scale` differ in length.
#[with_simd]
pub fn probabilities<S: Simd>(scores: &mut [f32], max: &[f32], scale: &[f32]) {
    let columns = max.len();
    assert!(scale.len() == columns && scores.len().is_multiple_of(columns));
    let rows = scores.len() / columns;
    for column in (0..columns).step_by(f32::lanes::<S>()) {
        // SAFETY: `columns` is a multiple of the lanes, so that each vector lies in one row.
        unsafe {
            let top = scores.as_mut_ptr().add(column);
            let max = vload_unaligned(max.as_ptr().add(column));
            let scale = vload_unaligned(scale.as_ptr().add(column));
            let mut row = 0;
            while row + UNROLL <= rows {
                let top = top.add(row * columns);
                exp_rows::<S, UNROLL>(top, columns, max);
                scale_rows::<S, UNROLL>(top, columns, scale);
                row += UNROLL;
            }
            for row in row..rows {
                let top = top.add(row * columns);
                exp_rows::<S, 1>(top, columns, max);
                scale_rows::<S, 1>(top, columns, scale);
            }
        }
    }
}

/// # Safety
/// As [`exp_rows`].
#[inline(always)]
unsafe fn scale_rows<S: Simd, const N: usize>(
    top: *mut f32,
    columns: usize,
    scale: Vector<S, f32>,
) {
    for row in 0..N {
        // SAFETY: the caller's.
        unsafe {
            let at = top.add(row * columns);
            vstore_unaligned(at, vload_unaligned::<S, f32>(at) * scale);
        }
    }
}

/// Replaces each gradient of a probability by the one of its score: p · (gradient - delta), where
/// `delta` is the sum of p · gradient over a column.
#[with_simd]
pub fn backward<S: Simd>(gradients: &mut [f32], probabilities: &[f32], delta: &[f32]) {
    let columns = delta.len();
    let rows = gradients.chunks_exact_mut(columns);
    for (gradients, probabilities) in rows.zip(probabilities.chunks_exact(columns)) {
        for column in (0..columns).step_by(f32::lanes::<S>()) {
            // SAFETY: `columns` is a multiple of the lanes.
            unsafe {
                let delta: Vector<S, f32> = vload_unaligned(delta.as_ptr().add(column));
                let probability = vload_unaligned(probabilities.as_ptr().add(column));
                let at = gradients.as_mut_ptr().add(column);
                vstore_unaligned(at, (vload_unaligned(at) - delta) * probability);
            }
        }
    }
}
