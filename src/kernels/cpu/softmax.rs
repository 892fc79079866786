//! Softmax down the columns of a matrix.
//!
//! Attention keeps its scores with one query per column, so that lanes are queries: maxima and
//! sums are then taken between vectors, never within one.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned, with_simd};

use super::math::{exp, splat};

/// What the softmax of a column was divided by, and the maximum that was subtracted before.
pub struct Statistics<'a> {
    pub max: &'a mut [f32],
    /// 1 / sum of e^(score - max)
    pub scale: &'a mut [f32],
}

/// Replaces each score by e^(score - the column's maximum).
///
/// `columns` and the lengths of the statistics must be multiples of [`super::lanes`].
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
            for row in 0..rows {
                let at = top.add(row * columns);
                let power = exp(vload_unaligned(at) - largest);
                vstore_unaligned(at, power);
                sum += power;
            }
            vstore_unaligned(max.as_mut_ptr().add(column), largest);
            let one: Vector<S, f32> = splat!(1.0);
            vstore_unaligned(scale.as_mut_ptr().add(column), one / sum);
        }
    }
}

/// Replaces each score by its probability, from the statistics of [`exp_columns`].
#[with_simd]
pub fn probabilities<S: Simd>(scores: &mut [f32], max: &[f32], scale: &[f32]) {
    let columns = max.len();
    assert!(scale.len() == columns);
    for row in scores.chunks_exact_mut(columns) {
        for column in (0..columns).step_by(f32::lanes::<S>()) {
            // SAFETY: `columns` is a multiple of the lanes.
            unsafe {
                let max: Vector<S, f32> = vload_unaligned(max.as_ptr().add(column));
                let scale = vload_unaligned(scale.as_ptr().add(column));
                let at = row.as_mut_ptr().add(column);
                vstore_unaligned(at, exp(vload_unaligned(at) - max) * scale);
            }
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
