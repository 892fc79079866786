//! Layer normalisation, of a residual sum too.

use crate::engine::cpu::simd::instructions::{
    self as macerator, Scalar, Simd, Vector, fused, vload_unaligned, vstore_unaligned, with_simd,
};
use crate::engine::cpu::simd::math::{Vectors, splat};

/// Rows that are worked on together.
const ROWS: usize = 8;
/// Vectors of a row that are summed side by side.
const SUMS: usize = 4;

/// Ba et al., 2016: y = (x - mean) / √(variance + eps) · weight + bias, row by row.
#[derive(Clone, Copy)]
pub struct LayerNorm<'a> {
    /// `[width]`
    pub weight: &'a [f32],
    /// `[width]`
    pub bias: &'a [f32],
    pub eps: f32,
}

/// The values that the backward pass needs.
pub struct Saved<'a> {
    /// `[rows, width]`, (x - mean) / √(variance + eps)
    pub normalized: &'a mut [f32],
    /// `[rows]`, 1 / √(variance + eps)
    pub scales: &'a mut [f32],
}

impl LayerNorm<'_> {
    /// # Shapes
    /// - x, residual, which is added to it, and y: `[rows, width]`
    pub fn forward(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        saved: Option<Saved<'_>>,
        y: &mut [f32],
    ) {
        forward(*self, x, residual, saved, y);
    }

    /// Replaces the gradient of y by that of x, and adds to those of weight and bias.
    ///
    /// # Shapes
    /// - normalized: `[rows, width]` and scales: `[rows]`, as [`LayerNorm::forward`] left them
    /// - gradient: `[rows, width]`
    pub fn backward(
        &self,
        [normalized, scales]: [&[f32]; 2],
        gradient: &mut [f32],
        [dweight, dbias]: [&mut [f32]; 2],
    ) {
        backward(self.weight, normalized, scales, gradient, dweight, dbias);
    }
}

#[with_simd]
fn forward<'a, S: Simd>(
    norm: LayerNorm<'a>,
    x: &'a [f32],
    residual: Option<&'a [f32]>,
    mut saved: Option<Saved<'a>>,
    y: &'a mut [f32],
) {
    let width = norm.weight.len();
    let blocks = y.chunks_mut(ROWS * width).zip(x.chunks(ROWS * width));
    for (index, (y, x)) in blocks.enumerate() {
        let range = index * ROWS * width..index * ROWS * width + y.len();
        match residual {
            Some(residual) => {
                for ((y, x), residual) in y.iter_mut().zip(x).zip(&residual[range.clone()]) {
                    *y = x + residual;
                }
            }
            None => y.copy_from_slice(x),
        }
        // Row after row, each of which takes a while, but none of which waits for another.
        let (mut means, mut scales) = ([0.0; ROWS], [0.0; ROWS]);
        for (mean, row) in means.iter_mut().zip(y.chunks_exact(width)) {
            *mean = self::mean::<S>(row);
        }
        let with_means = y.chunks_exact(width).zip(means);
        for (scale, (row, mean)) in scales.iter_mut().zip(with_means) {
            *scale = (variance::<S>(row, mean) + norm.eps).sqrt().recip();
        }
        let both = means.into_iter().zip(scales);
        if let Some(saved) = &mut saved {
            let rows = y.chunks_exact(width).zip(both.clone());
            let to = saved.normalized[range].chunks_exact_mut(width);
            for (normalized, (row, (mean, scale))) in to.zip(rows) {
                for (normalized, x) in normalized.iter_mut().zip(row) {
                    *normalized = (x - mean) * scale;
                }
            }
            let saved = saved.scales.chunks_mut(ROWS).nth(index);
            for (saved, scale) in saved.into_iter().flatten().zip(scales) {
                *saved = scale;
            }
        }
        for (row, (mean, scale)) in y.chunks_exact_mut(width).zip(both) {
            normalize::<S>(norm, [mean, scale], row);
        }
    }
}

#[inline(always)]
fn mean<S: Simd>(x: &[f32]) -> f32 {
    fold::<S>(x, |sum, x| sum + x, |x| x) / x.len() as f32
}

#[inline(always)]
fn variance<S: Simd>(x: &[f32], mean: f32) -> f32 {
    let means: Vector<S, f32> = splat!(mean);
    let add = |sum, x: Vector<S, f32>| {
        let difference = x - means;
        fused(difference, difference, sum)
    };
    fold::<S>(x, add, |x| (x - mean) * (x - mean)) / x.len() as f32
}

/// A sum over all values. `add` takes vectors to several sums, which needn't wait for each other, and
/// `term` is what one value adds.
#[inline(always)]
fn fold<S: Simd>(
    x: &[f32],
    add: impl Fn(Vector<S, f32>, Vector<S, f32>) -> Vector<S, f32>,
    term: impl Fn(f32) -> f32,
) -> f32 {
    let lanes = f32::lanes::<S>();
    let mut sums: Vectors<S, SUMS> = [splat!(0.0); SUMS];
    let mut blocks = x.chunks_exact(SUMS * lanes);
    for block in &mut blocks {
        for (sum, x) in sums.iter_mut().zip(block.chunks_exact(lanes)) {
            *sum = add(*sum, vector(x));
        }
    }
    let mut rest = blocks.remainder().chunks_exact(lanes);
    for x in &mut rest {
        sums[0] = add(sums[0], vector(x));
    }
    let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    sum.reduce_add() + rest.remainder().iter().map(|&x| term(x)).sum::<f32>()
}

#[inline(always)]
fn normalize<S: Simd>(norm: LayerNorm<'_>, [mean, scale]: [f32; 2], x: &mut [f32]) {
    let lanes = f32::lanes::<S>();
    let (means, scales): (Vector<S, f32>, Vector<S, f32>) = (splat!(mean), splat!(scale));
    let mut x = x.chunks_exact_mut(lanes);
    let mut weights = norm.weight.chunks_exact(lanes);
    let mut biases = norm.bias.chunks_exact(lanes);
    for ((x, weight), bias) in (&mut x).zip(&mut weights).zip(&mut biases) {
        let y = fused((vector(x) - means) * scales, vector(weight), vector(bias));
        // SAFETY: the slice is one vector long.
        unsafe { vstore_unaligned(x.as_mut_ptr(), y) };
    }
    let rest = x.into_remainder().iter_mut();
    for ((x, weight), bias) in rest.zip(weights.remainder()).zip(biases.remainder()) {
        *x = (*x - mean) * scale * weight + bias;
    }
}

/// Values that fill a vector.
#[inline(always)]
fn vector<S: Simd>(values: &[f32]) -> Vector<S, f32> {
    debug_assert_eq!(values.len(), f32::lanes::<S>());
    // SAFETY: the slice is one vector long.
    unsafe { vload_unaligned(values.as_ptr()) }
}

#[with_simd]
fn backward<'a, S: Simd>(
    weight: &'a [f32],
    normalized: &'a [f32],
    scales: &'a [f32],
    gradient: &'a mut [f32],
    dweight: &'a mut [f32],
    dbias: &'a mut [f32],
) {
    let width = weight.len();
    // Slices of one length, which the compiler need not check value by value.
    let (dweight, dbias) = (&mut dweight[..width], &mut dbias[..width]);
    let rows = normalized.chunks_exact(width).zip(scales);
    for (gradient, (normalized, scale)) in gradient.chunks_exact_mut(width).zip(rows) {
        for i in 0..width {
            let dy = gradient[i];
            dweight[i] += dy * normalized[i];
            dbias[i] += dy;
            gradient[i] = dy * weight[i];
        }
        let mean = mean::<S>(gradient);
        let slope = dot::<S>(gradient, normalized) / width as f32;
        for i in 0..width {
            gradient[i] = (gradient[i] - mean - normalized[i] * slope) * scale;
        }
    }
}

#[inline(always)]
fn dot<S: Simd>(a: &[f32], b: &[f32]) -> f32 {
    let lanes = f32::lanes::<S>();
    let (mut a, mut b) = (a.chunks_exact(lanes), b.chunks_exact(lanes));
    let mut sums: Vector<S, f32> = splat!(0.0);
    for (a, b) in (&mut a).zip(&mut b) {
        sums = fused(vector(a), vector(b), sums);
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.reduce_add() + rest.map(|(a, b)| a * b).sum::<f32>()
}
