//! Functions of vectors.

use macerator::{Simd, Vector};

macro_rules! splat {
    ($value:expr) => {
        macerator::Scalar::splat($value)
    };
}
pub(super) use splat;

/// Below it, `exp` is less than the smallest normal number.
const UNDERFLOW: f32 = -87.336_54;
/// 1.5 · 2^23: adding it rounds to a whole number, which then is in the lowest bits.
const ROUND: f32 = 12_582_912.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// e^x for x at most 88. Within 2 ulp of the exact value; zero where that is no normal number.
#[inline(always)]
pub fn exp<S: Simd>(x: Vector<S, f32>) -> Vector<S, f32> {
    exp_of_sum(x, splat!(0.0))
}

/// e^(x + small) where `small` is far smaller than `x`, or a few units in the last place of 1.
///
/// Cephes' `expf`: e^r by a polynomial, times 2^n, where x = n · ln 2 + r.
#[inline(always)]
fn exp_of_sum<S: Simd>(x: Vector<S, f32>, small: Vector<S, f32>) -> Vector<S, f32> {
    let shifted = x.mul_add(splat!(std::f32::consts::LOG2_E), splat!(ROUND));
    let n = shifted - splat!(ROUND);
    let r = n.mul_add(splat!(-LN_2_HIGH), x);
    let r = n.mul_add(splat!(-LN_2_LOW), r) + small;
    let p = horner(
        r,
        [
            1.987_569_1e-4,
            1.398_2e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ],
    );
    let e_to_r = p.mul_add(r * r, r) + splat!(1.0);
    // 2^n times that, by adding n to its exponent.
    let bits = e_to_r.reinterpret::<u32>() + (shifted.reinterpret::<u32>() << 23);
    // Not `x.gt(UNDERFLOW)`: NaN must stay NaN.
    let underflow = x.lt(splat!(UNDERFLOW));
    underflow.select(splat!(0.0), bits.reinterpret::<f32>())
}

/// The polynomial with these coefficients, the highest power's first.
#[inline(always)]
fn horner<S: Simd, const N: usize>(x: Vector<S, f32>, coefficients: [f32; N]) -> Vector<S, f32> {
    let mut value: Vector<S, f32> = splat!(coefficients[0]);
    for coefficient in &coefficients[1..] {
        value = value.mul_add(x, splat!(*coefficient));
    }
    value
}

/// Φ(x), the standard normal distribution, and e^(-x²/2).
///
/// Φ(-a) = e^(-a²/2) · g(a) for a = |x|, where g is a polynomial in 1 / (1 + 0.3 a), fitted for
/// 0 ≤ a ≤ 14.5 with a relative error of at most 6e-8. So Φ is exact relative to its own size, far
/// to the left of zero too, where 1 + erf(x / √2) has no digit left.
#[inline(always)]
fn normal<S: Simd>(x: Vector<S, f32>) -> (Vector<S, f32>, Vector<S, f32>) {
    let a = x.abs();
    // Of a² = high² + (a - high)(a + high), the first term has no rounding error.
    let high = (a.reinterpret::<u32>() & splat!(0xFFFF_F000u32)).reinterpret::<f32>();
    let half: Vector<S, f32> = splat!(-0.5);
    let density = exp_of_sum(half * high * high, half * ((a - high) * (a + high)));
    let one: Vector<S, f32> = splat!(1.0);
    let t = one / a.mul_add(splat!(0.3), one);
    let g = horner(
        t,
        [
            0.038_407_404,
            -0.169_307_52,
            0.228_951_87,
            -0.076_839_77,
            0.142_765_34,
            0.094_585_836,
            0.121_945_27,
            0.119_484_21,
            7.372_429e-6,
        ],
    );
    let tail = density * g;
    let negative = x.lt(splat!(0.0));
    (negative.select(tail, one - tail), density)
}

/// x · Φ(x), PyTorch's exact `gelu`.
#[inline(always)]
pub fn gelu<S: Simd>(x: Vector<S, f32>) -> Vector<S, f32> {
    x * normal(x).0
}

/// [`gelu`] and its derivative Φ(x) + x · φ(x).
#[inline(always)]
pub fn gelu_and_derivative<S: Simd>(x: Vector<S, f32>) -> (Vector<S, f32>, Vector<S, f32>) {
    let (distribution, density) = normal(x);
    // 1 / √(2π)
    let scale: Vector<S, f32> = splat!(0.398_942_3);
    (x * distribution, (x * density).mul_add(scale, distribution))
}

#[cfg(test)]
mod tests {
    use super::*;
    use macerator::{Scalar, vload_unaligned, vstore_unaligned, with_simd};

    /// A function of every lane of every vector that the processor has.
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
        each::<S>(values, |x| gelu_and_derivative(x).1);
    }

    #[inline(always)]
    fn each<S: Simd>(values: &mut [f32], f: impl Fn(Vector<S, f32>) -> Vector<S, f32>) {
        for chunk in values.chunks_exact_mut(f32::lanes::<S>()) {
            // SAFETY: the chunk is one vector long.
            unsafe { vstore_unaligned(chunk.as_mut_ptr(), f(vload_unaligned(chunk.as_ptr()))) }
        }
    }

    fn floats(step: usize) -> Vec<f32> {
        let all = (0..=u32::MAX).step_by(step).map(f32::from_bits);
        let count = (1usize << 32) / step / 16 * 16;
        all.take(count).collect()
    }

    /// Units in the last place of `exact`.
    fn ulps(found: f32, exact: f64) -> f64 {
        let place = (exact.abs() as f32).max(f32::MIN_POSITIVE);
        let ulp = f64::from(place.next_up()) - f64::from(place);
        (f64::from(found) - exact).abs() / ulp
    }

    #[test]
    fn report() {
        let inputs = floats(997);
        let mut found = inputs.clone();
        exp_all(&mut found);
        let mut worst = (0.0, 0.0);
        for (x, y) in inputs.iter().zip(&found) {
            if x.is_finite() && *x <= 88.0 {
                let e = ulps(*y, f64::from(*x).exp());
                if e > worst.0 {
                    worst = (e, *x);
                }
            }
        }
        eprintln!("exp {worst:?}");
        let mut found = inputs.clone();
        gelu_all(&mut found);
        let mut worst = [(0.0, 0.0); 4];
        for (x, y) in inputs.iter().zip(&found) {
            if x.is_finite() {
                let xd = f64::from(*x);
                let e = ulps(
                    *y,
                    xd * 0.5 * libm::erfc(-xd * std::f64::consts::FRAC_1_SQRT_2),
                );
                let b = if *x > 0.0 {
                    0
                } else if *x > -1.0 {
                    1
                } else if *x > -5.0 {
                    2
                } else {
                    3
                };
                if e > worst[b].0 {
                    worst[b] = (e, *x);
                }
            }
        }
        eprintln!("gelu {worst:?}");
    }
}
