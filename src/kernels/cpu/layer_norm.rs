//! Layer normalisation, of a residual sum too.

use macerator::{Scalar, Simd, Vector, vload_unaligned, with_simd};

use super::math::splat;

/// Ba et al., 2016: y = (x - mean) / √(variance + eps) · gain + bias, row by row.
#[derive(Clone, Copy)]
pub struct LayerNorm<'a> {
    /// `[width]`
    pub gain: &'a [f32],
    /// `[width]`
    pub bias: &'a [f32],
    pub eps: f32,
}

/// What the backward pass needs.
pub struct Saved<'a> {
    /// `[rows, width]`, (x - mean) / √(variance + eps); [`LayerNorm::forward`] gets the input here.
    pub normalized: &'a mut [f32],
    /// `[rows]`, 1 / √(variance + eps)
    pub scales: &'a mut [f32],
}

/// Gradients, in the shapes of what they belong to.
pub struct LayerNormGradients<'a> {
    pub x: &'a mut [f32],
    /// This one and the one below are added to.
    pub gain: &'a mut [f32],
    pub bias: &'a mut [f32],
}

impl LayerNorm<'_> {
    /// Normalises `saved.normalized` in place, and writes y, `[rows, width]`.
    pub fn forward(&self, saved: Saved<'_>, y: &mut [f32]) {
        forward(*self, saved, y);
    }

    /// # Shapes
    /// - normalized: `[rows, width]` and scales: `[rows]`, as [`LayerNorm::forward`] left them
    /// - dy: `[rows, width]`, the gradient of the output
    pub fn backward(
        &self,
        [normalized, scales]: [&[f32]; 2],
        dy: &[f32],
        gradients: LayerNormGradients<'_>,
    ) {
        backward(self.gain, normalized, scales, dy, gradients);
    }
}

#[with_simd]
fn forward<'a, S: Simd>(norm: LayerNorm<'a>, saved: Saved<'a>, y: &'a mut [f32]) {
    let LayerNorm { gain, bias, eps } = norm;
    let width = gain.len();
    let rows = saved.normalized.chunks_exact_mut(width);
    for ((x, scale), y) in rows.zip(saved.scales).zip(y.chunks_exact_mut(width)) {
        let mean = sum::<S>(x, |x| x, |x| x) / width as f32;
        let means: Vector<S, f32> = splat!(mean);
        let squared = |x: Vector<S, f32>| (x - means) * (x - means);
        let variance = sum::<S>(x, squared, |x| (x - mean) * (x - mean)) / width as f32;
        *scale = (variance + eps).sqrt().recip();
        for i in 0..width {
            x[i] = (x[i] - mean) * *scale;
            y[i] = x[i] * gain[i] + bias[i];
        }
    }
}

#[with_simd]
fn backward<'a, S: Simd>(
    gain: &'a [f32],
    normalized: &'a [f32],
    scales: &'a [f32],
    dy: &'a [f32],
    gradients: LayerNormGradients<'a>,
) {
    let width = gain.len();
    let LayerNormGradients {
        x,
        gain: dgain,
        bias: dbias,
    } = gradients;
    let rows = normalized.chunks_exact(width).zip(scales);
    let others = dy.chunks_exact(width).zip(x.chunks_exact_mut(width));
    for ((normalized, scale), (dy, dx)) in rows.zip(others) {
        for i in 0..width {
            dx[i] = dy[i] * gain[i];
            dgain[i] += dy[i] * normalized[i];
            dbias[i] += dy[i];
        }
        let mean = sum::<S>(dx, |x| x, |x| x) / width as f32;
        let slope = dot::<S>(dx, normalized) / width as f32;
        for i in 0..width {
            dx[i] = (dx[i] - mean - normalized[i] * slope) * scale;
        }
    }
}

/// The sum of a function of each value.
#[inline(always)]
fn sum<S: Simd>(
    values: &[f32],
    vector: impl Fn(Vector<S, f32>) -> Vector<S, f32>,
    scalar: impl Fn(f32) -> f32,
) -> f32 {
    let mut chunks = values.chunks_exact(f32::lanes::<S>());
    let mut sums: Vector<S, f32> = splat!(0.0);
    for chunk in &mut chunks {
        // SAFETY: the chunk is one vector long.
        sums += vector(unsafe { vload_unaligned(chunk.as_ptr()) });
    }
    let rest: f32 = chunks.remainder().iter().map(|x| scalar(*x)).sum();
    sums.reduce_add() + rest
}

#[inline(always)]
fn dot<S: Simd>(a: &[f32], b: &[f32]) -> f32 {
    let lanes = f32::lanes::<S>();
    let (mut a, mut b) = (a.chunks_exact(lanes), b.chunks_exact(lanes));
    let mut sums: Vector<S, f32> = splat!(0.0);
    for (a, b) in (&mut a).zip(&mut b) {
        // SAFETY: the chunks are one vector long.
        let (a, b) = unsafe { (vload_unaligned(a.as_ptr()), vload_unaligned(b.as_ptr())) };
        sums = Vector::mul_add(a, b, sums);
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.reduce_add() + rest.map(|(a, b)| a * b).sum::<f32>()
}
