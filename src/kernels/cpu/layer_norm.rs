//! Layer normalisation, of a residual sum too.

use super::math::splat;
use super::simd::{
    self as macerator, Scalar, Simd, Vector, fused, vload_unaligned, vstore_unaligned, with_simd,
};

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
    /// `[rows, width]`, (x - mean) / √(variance + eps)
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
    /// # Shapes
    /// - x, residual, which is added to it, and y: `[rows, width]`
    pub fn forward(&self, x: &[f32], residual: Option<&[f32]>, saved: Saved<'_>, y: &mut [f32]) {
        forward(*self, x, residual, saved, y);
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
fn forward<'a, S: Simd>(
    norm: LayerNorm<'a>,
    x: &'a [f32],
    residual: Option<&'a [f32]>,
    saved: Saved<'a>,
    y: &'a mut [f32],
) {
    let LayerNorm { gain, bias, eps } = norm;
    let width = gain.len();
    let rows = saved.normalized.chunks_exact_mut(width).zip(saved.scales);
    let rows = rows
        .zip(y.chunks_exact_mut(width))
        .zip(x.chunks_exact(width));
    for (row, (((normalized, scale), y), x)) in rows.enumerate() {
        normalized.copy_from_slice(x);
        if let Some(residual) = residual {
            let residual = &residual[row * width..][..width];
            for (x, residual) in normalized.iter_mut().zip(residual) {
                *x += residual;
            }
        }
        let mean = sum::<S>(normalized) / width as f32;
        let variance = squares::<S>(normalized, mean) / width as f32;
        *scale = (variance + eps).sqrt().recip();
        scale_row::<S>(normalized, [mean, *scale], [gain, bias], y);
    }
}

/// Normalises a row in place, and writes y.
#[inline(always)]
fn scale_row<S: Simd>(
    x: &mut [f32],
    [mean, scale]: [f32; 2],
    [gain, bias]: [&[f32]; 2],
    y: &mut [f32],
) {
    let lanes = f32::lanes::<S>();
    let whole = x.len() - x.len() % lanes;
    let (means, scales): (Vector<S, f32>, Vector<S, f32>) = (splat!(mean), splat!(scale));
    for i in (0..whole).step_by(lanes) {
        let (x, y) = (&mut x[i..i + lanes], &mut y[i..i + lanes]);
        let (gain, bias) = (&gain[i..i + lanes], &bias[i..i + lanes]);
        // SAFETY: the slices are one vector long.
        unsafe {
            let normalized = (vload_unaligned(x.as_ptr()) - means) * scales;
            vstore_unaligned(x.as_mut_ptr(), normalized);
            let gain = vload_unaligned(gain.as_ptr());
            let bias = vload_unaligned(bias.as_ptr());
            vstore_unaligned(y.as_mut_ptr(), fused(normalized, gain, bias));
        }
    }
    for i in whole..x.len() {
        x[i] = (x[i] - mean) * scale;
        y[i] = x[i] * gain[i] + bias[i];
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
        let mean = sum::<S>(dx) / width as f32;
        let slope = dot::<S>(dx, normalized) / width as f32;
        for i in 0..width {
            dx[i] = (dx[i] - mean - normalized[i] * slope) * scale;
        }
    }
}

#[inline(always)]
fn sum<S: Simd>(values: &[f32]) -> f32 {
    let mut chunks = values.chunks_exact(f32::lanes::<S>());
    let mut sums: Vector<S, f32> = splat!(0.0);
    for chunk in &mut chunks {
        // SAFETY: the chunk is one vector long.
        sums += unsafe { vload_unaligned(chunk.as_ptr()) };
    }
    sums.reduce_add() + chunks.remainder().iter().sum::<f32>()
}

/// The sum of (value - mean)².
#[inline(always)]
fn squares<S: Simd>(values: &[f32], mean: f32) -> f32 {
    let mut chunks = values.chunks_exact(f32::lanes::<S>());
    let (mut sums, means): (Vector<S, f32>, Vector<S, f32>) = (splat!(0.0), splat!(mean));
    for chunk in &mut chunks {
        // SAFETY: the chunk is one vector long.
        let difference = unsafe { vload_unaligned(chunk.as_ptr()) } - means;
        sums = fused(difference, difference, sums);
    }
    let rest = chunks.remainder().iter().map(|x| (x - mean) * (x - mean));
    sums.reduce_add() + rest.sum::<f32>()
}

#[inline(always)]
fn dot<S: Simd>(a: &[f32], b: &[f32]) -> f32 {
    let lanes = f32::lanes::<S>();
    let (mut a, mut b) = (a.chunks_exact(lanes), b.chunks_exact(lanes));
    let mut sums: Vector<S, f32> = splat!(0.0);
    for (a, b) in (&mut a).zip(&mut b) {
        // SAFETY: the chunks are one vector long.
        let (a, b) = unsafe { (vload_unaligned(a.as_ptr()), vload_unaligned(b.as_ptr())) };
        sums = fused(a, b, sums);
    }
    let rest = a.remainder().iter().zip(b.remainder());
    sums.reduce_add() + rest.map(|(a, b)| a * b).sum::<f32>()
}
