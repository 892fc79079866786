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
    pub fn forward(
        &self,
        x: &[f32],
        residual: Option<&[f32]>,
        saved: Option<Saved<'_>>,
        y: &mut [f32],
    ) {
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
    mut saved: Option<Saved<'a>>,
    y: &'a mut [f32],
) {
    let width = norm.gain.len();
    let rows = y.chunks_exact_mut(width).zip(x.chunks_exact(width));
    for (index, (y, x)) in rows.enumerate() {
        let range = index * width..(index + 1) * width;
        let residual = residual.map(|residual| &residual[range.clone()]);
        let row = Row { x, residual };
        let mean = row.mean::<S>();
        let scale = (row.variance::<S>(mean) + norm.eps).sqrt().recip();
        let normalized = match &mut saved {
            Some(saved) => {
                saved.scales[index] = scale;
                &mut saved.normalized[range]
            }
            None => &mut [],
        };
        row.normalize::<S>(norm, [mean, scale], normalized, y);
    }
}

/// A token, whose residual is added wherever it is read.
#[derive(Clone, Copy)]
struct Row<'a> {
    x: &'a [f32],
    residual: Option<&'a [f32]>,
}

impl Row<'_> {
    /// A vector from `i` on.
    #[inline(always)]
    fn vector<S: Simd>(&self, i: usize) -> Vector<S, f32> {
        match self.residual {
            Some(residual) => vector::<S>(self.x, i) + vector::<S>(residual, i),
            None => vector::<S>(self.x, i),
        }
    }

    /// The values that fill no vector.
    #[inline(always)]
    fn rest<S: Simd>(&self) -> impl Iterator<Item = f32> {
        let whole = whole::<S>(self.x);
        (whole..self.x.len()).map(|i| self.x[i] + self.residual.map_or(0.0, |values| values[i]))
    }

    #[inline(always)]
    fn mean<S: Simd>(&self) -> f32 {
        let mut sums: Vector<S, f32> = splat!(0.0);
        for i in (0..whole::<S>(self.x)).step_by(f32::lanes::<S>()) {
            sums += self.vector::<S>(i);
        }
        (sums.reduce_add() + self.rest::<S>().sum::<f32>()) / self.x.len() as f32
    }

    #[inline(always)]
    fn variance<S: Simd>(&self, mean: f32) -> f32 {
        let (mut sums, means): (Vector<S, f32>, Vector<S, f32>) = (splat!(0.0), splat!(mean));
        for i in (0..whole::<S>(self.x)).step_by(f32::lanes::<S>()) {
            let difference = self.vector::<S>(i) - means;
            sums = fused(difference, difference, sums);
        }
        let rest = self.rest::<S>().map(|x| (x - mean) * (x - mean));
        (sums.reduce_add() + rest.sum::<f32>()) / self.x.len() as f32
    }

    /// Writes y, and the values before gain and bias unless there is no room for them.
    #[inline(always)]
    fn normalize<S: Simd>(
        &self,
        LayerNorm { gain, bias, .. }: LayerNorm<'_>,
        [mean, scale]: [f32; 2],
        normalized: &mut [f32],
        y: &mut [f32],
    ) {
        let (means, scales): (Vector<S, f32>, Vector<S, f32>) = (splat!(mean), splat!(scale));
        let lanes = f32::lanes::<S>();
        let whole = whole::<S>(y);
        for i in (0..whole).step_by(lanes) {
            let values = (self.vector::<S>(i) - means) * scales;
            let (gain, bias) = (vector::<S>(gain, i), vector::<S>(bias, i));
            // SAFETY: the slices are one vector long.
            unsafe {
                vstore_unaligned(y[i..i + lanes].as_mut_ptr(), fused(values, gain, bias));
                if !normalized.is_empty() {
                    vstore_unaligned(normalized[i..i + lanes].as_mut_ptr(), values);
                }
            }
        }
        for (i, x) in (whole..).zip(self.rest::<S>()) {
            let value = (x - mean) * scale;
            y[i] = value * gain[i] + bias[i];
            if !normalized.is_empty() {
                normalized[i] = value;
            }
        }
    }
}

/// How many values fill vectors.
#[inline(always)]
fn whole<S: Simd>(values: &[f32]) -> usize {
    values.len() - values.len() % f32::lanes::<S>()
}

/// A vector of values from `i` on.
#[inline(always)]
fn vector<S: Simd>(values: &[f32], i: usize) -> Vector<S, f32> {
    // SAFETY: the slice is one vector long.
    unsafe { vload_unaligned(values[i..i + f32::lanes::<S>()].as_ptr()) }
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
        let residual = None;
        let mean = Row { x: dx, residual }.mean::<S>();
        let slope = dot::<S>(dx, normalized) / width as f32;
        for i in 0..width {
            dx[i] = (dx[i] - mean - normalized[i] * slope) * scale;
        }
    }
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
