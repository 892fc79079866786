//! Functions of vectors.
//!
//! They take several vectors at a time, step by step side by side: engines of WebAssembly build
//! each constant anew wherever it is used, and one vector alone would wait for itself. They use
//! loops where `array::map` would read better, since its closures are not always inlined, and
//! outside of the caller the processor's vectors are not enabled.

use macerator::{Simd, Vector};

macro_rules! splat {
    ($value:expr) => {
        macerator::Scalar::splat($value)
    };
}
pub(super) use splat;

/// Vectors of float32, one after the other.
pub type Vectors<S, const N: usize> = [Vector<S, f32>; N];

/// Below it, `exp` is less than the smallest normal number.
const UNDERFLOW: f32 = -87.336_54;
/// 1.5 · 2^23: adding it rounds to a whole number, which then is in the lowest bits.
const ROUND: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Of (e^r - 1 - r) / r², from the constant on; Cephes' `expf`.
const EXP: [f32; 6] = [
    0.5,
    1.666_666_5e-1,
    4.166_579_6e-2,
    8.333_452e-3,
    1.398_2e-3,
    1.987_569_1e-4,
];
/// Of e^(a²/2) · Φ(-a) in t = 1 / (1 + 0.3 a), from the constant on: fitted for 0 ≤ a ≤ 14.5, with
/// a relative error of at most 6e-8.
const TAIL: [f32; 9] = [
    7.372_429e-6,
    0.119_484_21,
    0.121_945_27,
    0.094_585_836,
    0.142_765_34,
    -0.076_839_77,
    0.228_951_87,
    -0.169_307_52,
    0.038_407_404,
];

/// e^x for x at most 88; zero where that is no normal number.
#[inline(always)]
pub fn exp<S: Simd, const N: usize>(x: Vectors<S, N>) -> Vectors<S, N> {
    exp_of_sum(x, [splat!(0.0); N])
}

/// e^(x + small) where `small` is far smaller than `x`, or a few units in the last place of 1:
/// e^r by a polynomial, times 2^n, where x = n · ln 2 + r.
#[inline(always)]
fn exp_of_sum<S: Simd, const N: usize>(x: Vectors<S, N>, small: Vectors<S, N>) -> Vectors<S, N> {
    let (mut shifted, mut r) = (x, x);
    for i in 0..N {
        shifted[i] = x[i].mul_add(splat!(std::f32::consts::LOG2_E), splat!(ROUND));
        let n = shifted[i] - splat!(ROUND);
        let high = n.mul_add(splat!(-LN_2_HIGH), x[i]);
        r[i] = n.mul_add(splat!(-LN_2_LOW), high) + small[i];
    }
    let p = polynomial(r, &EXP);
    let mut powers = x;
    for i in 0..N {
        let e_to_r = p[i].mul_add(r[i] * r[i], r[i]) + splat!(1.0);
        // n is in the lowest bits; the exponent of 1 is 127.
        let bits = (shifted[i].reinterpret::<u32>() << 23) + splat!(127 << 23);
        // Not `x.gt(UNDERFLOW)`: NaN must stay NaN.
        let underflow = x[i].lt(splat!(UNDERFLOW));
        powers[i] = underflow.select(splat!(0.0), e_to_r * bits.reinterpret());
    }
    powers
}

/// The polynomial with these coefficients, the constant first: even and odd powers apart, which
/// halves the chain of operations that wait for each other.
#[inline(always)]
fn polynomial<S: Simd, const N: usize, const C: usize>(
    x: Vectors<S, N>,
    coefficients: &[f32; C],
) -> Vectors<S, N> {
    let mut squares = x;
    for i in 0..N {
        squares[i] = x[i] * x[i];
    }
    let mut even_or_odd: [Vectors<S, N>; 2] = [
        [splat!(coefficients[C - 1]); N],
        [splat!(coefficients[C - 2]); N],
    ];
    for at in (0..C - 2).rev() {
        let sum = &mut even_or_odd[(C - 1 - at) % 2];
        for i in 0..N {
            sum[i] = sum[i].mul_add(squares[i], splat!(coefficients[at]));
        }
    }
    let even = even_or_odd[(C - 1) % 2];
    let mut values = even_or_odd[C % 2];
    for i in 0..N {
        values[i] = values[i].mul_add(x[i], even[i]);
    }
    values
}

/// Φ(x), the standard normal distribution, and e^(-x²/2).
///
/// Φ(-a) = e^(-a²/2) · g(a) for a = |x|, with a polynomial for g. So Φ is exact relative to its own
/// size, far to the left of zero too, where 1 + erf(x / √2) has no digit left.
#[inline(always)]
fn normal<S: Simd, const N: usize>(x: Vectors<S, N>) -> [Vectors<S, N>; 2] {
    let half: Vector<S, f32> = splat!(-0.5);
    let one: Vector<S, f32> = splat!(1.0);
    let (mut exponent, mut rest, mut t) = (x, x, x);
    for i in 0..N {
        // Of x² = high² + (x - high)(x + high), the first term has no rounding error.
        let high = (x[i].reinterpret::<u32>() & splat!(0xFFFF_F000u32)).reinterpret::<f32>();
        exponent[i] = half * high * high;
        rest[i] = half * ((x[i] - high) * (x[i] + high));
        t[i] = one / x[i].abs().mul_add(splat!(0.3), one);
    }
    let density = exp_of_sum(exponent, rest);
    let mut distribution = polynomial(t, &TAIL);
    for i in 0..N {
        let tail = density[i] * distribution[i];
        distribution[i] = x[i].lt(splat!(0.0)).select(tail, one - tail);
    }
    [distribution, density]
}

/// x · Φ(x), PyTorch's exact `gelu`.
#[inline(always)]
pub fn gelu<S: Simd, const N: usize>(x: Vectors<S, N>) -> Vectors<S, N> {
    let [mut result, _] = normal(x);
    for i in 0..N {
        result[i] *= x[i];
    }
    result
}

/// [`gelu`] and its derivative Φ(x) + x · φ(x).
#[inline(always)]
pub fn gelu_and_derivative<S: Simd, const N: usize>(x: Vectors<S, N>) -> [Vectors<S, N>; 2] {
    let [distribution, density] = normal(x);
    // 1 / √(2π)
    let scale: Vector<S, f32> = splat!(0.398_942_3);
    let (mut value, mut derivative) = (x, x);
    for i in 0..N {
        value[i] = x[i] * distribution[i];
        derivative[i] = (x[i] * density[i]).mul_add(scale, distribution[i]);
    }
    [value, derivative]
}

#[cfg(test)]
mod tests {
    use super::*;
    use macerator::{Scalar, vload_unaligned, vstore_unaligned, with_simd};
    use std::f64::consts::{FRAC_1_SQRT_2, PI};

    #[with_simd]
    fn exp_all<S: Simd>(values: &mut [f32]) {
        each::<S>(values, exp);
    }

    #[with_simd]
    fn gelu_all<S: Simd>(values: &mut [f32]) {
        each::<S>(values, gelu);
    }

    #[with_simd]
    fn derivative_all<S: Simd>(values: &mut [f32]) {
        each::<S>(values, |x| gelu_and_derivative(x)[1]);
    }

    #[inline(always)]
    fn each<S: Simd>(values: &mut [f32], f: impl Fn(Vectors<S, 1>) -> Vectors<S, 1>) {
        for chunk in values.chunks_exact_mut(f32::lanes::<S>()) {
            // SAFETY: the chunk is one vector long.
            unsafe {
                let [result] = f([vload_unaligned(chunk.as_ptr())]);
                vstore_unaligned(chunk.as_mut_ptr(), result);
            }
        }
    }

    /// Every thousandth or so of all floats, and the special ones, in whole vectors.
    fn floats() -> Vec<f32> {
        let bits = (0..=u32::MAX).step_by(997);
        let special = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
        let mut all: Vec<_> = special
            .into_iter()
            .chain(bits.map(f32::from_bits))
            .collect();
        all.resize(all.len().next_multiple_of(64), 1.0);
        all
    }

    /// Calls `check` with every input, what `f` makes of it, and the input in float64.
    fn for_all(f: fn(&mut [f32]), mut check: impl FnMut(f32, f32, f64)) {
        let inputs = floats();
        let mut outputs = inputs.clone();
        f(&mut outputs);
        for (x, y) in inputs.into_iter().zip(outputs) {
            check(x, y, f64::from(x));
        }
    }

    /// Off by how many units in the last place; 0 where float32 has no normal number for it.
    fn ulps(found: f32, exact: f64) -> f64 {
        let size = exact.abs() as f32;
        if size < f32::MIN_POSITIVE {
            return if found.abs() <= f32::MIN_POSITIVE {
                0.0
            } else {
                f64::INFINITY
            };
        }
        (f64::from(found) - exact).abs() / f64::from(size.next_up() - size)
    }

    fn normal_distribution(x: f64) -> f64 {
        0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
    }

    #[test]
    fn exp_is_within_two_ulp_of_the_exact_value() {
        for_all(exp_all, |x, found, exact| {
            if x.is_nan() {
                assert!(found.is_nan());
            } else if x <= 88.0 {
                let off = ulps(found, exact.exp());
                assert!(off <= 2.0, "e^{x} is {found}, off by {off} ulp");
            }
        });
    }

    #[test]
    fn gelu_is_within_eight_ulp_of_the_exact_value_far_to_the_left_too() {
        for_all(gelu_all, |x, found, exact| {
            if x.is_nan() || x == f32::NEG_INFINITY {
                // -inf · 0, as in PyTorch.
                assert!(found.is_nan(), "gelu({x}) is {found}");
            } else if x.is_infinite() {
                assert_eq!(found, x);
            } else {
                let off = ulps(found, exact * normal_distribution(exact));
                assert!(off <= 8.0, "gelu({x}) is {found}, off by {off} ulp");
            }
        });
    }

    #[test]
    fn the_derivative_of_gelu_is_exact_to_seven_digits() {
        for_all(derivative_all, |x, found, exact| {
            if x.is_finite() {
                let density = (-exact * exact / 2.0).exp() / (2.0 * PI).sqrt();
                // Not relative: it is zero where x is about -0.75.
                let off = (f64::from(found) - normal_distribution(exact) - exact * density).abs();
                assert!(off <= 3e-7, "gelu'({x}) is {found}, off by {off}");
            }
        });
    }
}
