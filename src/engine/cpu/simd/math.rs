//! Functions of vectors.
//!
//! They take several vectors at a time, step by step side by side: engines of WebAssembly build
//! each constant anew wherever it is used, and one vector alone would wait for itself. They use
//! loops where `array::map` would read better, since its closures are not always inlined, and
//! outside of the caller the processor's vectors are not enabled.

use super::instructions::{Simd, Vector, fused};

macro_rules! splat {
    ($value:expr) => {
        $crate::engine::cpu::simd::instructions::Scalar::splat($value)
    };
}
pub(in crate::engine::cpu) use splat;

/// Vectors of float32, one after the other.
pub type Vectors<S, const N: usize> = [Vector<S, f32>; N];

/// Below it, `exp` is less than the smallest normal number.
const UNDERFLOW: f32 = -87.336_54;
/// 1.5 · 2^23: adding it rounds to a whole number, which then is in the lowest bits.
const ROUND: f32 = 12_582_912.0;
/// The exponent of 1 in a float's bits.
const EXPONENT_OF_1: f32 = 127.0;
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// Coefficients of (e^r - 1 - r) / r², from the constant on: within 5e-9 of e^r for |r| ≤ ln 2 / 2.
const EXP: [f32; 5] = [
    0.5,
    1.666_648_8e-1,
    4.166_555e-2,
    8.372_289e-3,
    1.403_561_2e-3,
];
/// Coefficients of 2 · (a + 2.5) · e^(a²/2) · Φ(-a) - 1 in v = a / (a + 2.5), from the constant on: fitted for
/// 0 ≤ a ≤ 13, with an error of 2e-8 relative to the value without the - 1.
const TAIL_START: [f32; 2] = [1.5, -2.486_784_2];
/// The coefficients after those of [`TAIL_START`].
const TAIL: [f32; 8] = [
    0.339_205_06,
    0.583_867_25,
    0.111_159_034,
    -0.296_070_93,
    0.268_587_05,
    -0.617_487_13,
    0.553_318_9,
    -0.157_909_99,
];
/// The 2.5 of [`TAIL_START`].
const TAIL_SHIFT: f32 = 2.5;
/// From here on a · Φ(-a) is less than the smallest normal number, and computed as 0.
const TAIL_END: f32 = 13.2;

/// e^x for x at most 88; zero where that is no normal number.
#[inline(always)]
pub fn exp<S: Simd, const N: usize>(x: Vectors<S, N>) -> Vectors<S, N> {
    // Adding -0, unlike 0, is nothing to the compiler.
    let [mut result, power] = exp_minus_1(x, [splat!(-0.0); N], EXPONENT_OF_1);
    for i in 0..N {
        result[i] = (result[i] + splat!(1.0)) * power[i];
        // Not `x.gt(UNDERFLOW)`: NaN must stay NaN.
        result[i] = x[i].lt(splat!(UNDERFLOW)).select(splat!(0.0), result[i]);
    }
    result
}

/// [q, 2^n] with e^(x + small) = (1 + q) · 2^n: q = e^r - 1 for x + small = n · ln 2 + r.
/// The exponent of 2^n in its bits is n + `exponent_of_1`.
///
/// `small` must be far smaller than `x`, or than 1, and `x` no finer than 2^-25 for an exact q: it
/// is a sum of r's exact part and small terms, so that only the last sum rounds noticeably.
#[inline(always)]
fn exp_minus_1<S: Simd, const N: usize>(
    x: Vectors<S, N>,
    small: Vectors<S, N>,
    exponent_of_1: f32,
) -> [Vectors<S, N>; 2] {
    let round: Vector<S, f32> = splat!(ROUND + exponent_of_1);
    let (mut power, mut high, mut low, mut r) = (x, x, x, x);
    for i in 0..N {
        let shifted = fused(x[i], splat!(std::f32::consts::LOG2_E), round);
        power[i] = (shifted.reinterpret::<u32>() << 23).reinterpret();
        let n = shifted - round;
        high[i] = fused(n, splat!(-LN_2_HIGH), x[i]);
        low[i] = fused(n, splat!(-LN_2_LOW), small[i]);
        r[i] = high[i] + low[i];
    }
    let mut q = polynomial(r, &EXP);
    for i in 0..N {
        q[i] = fused(q[i], r[i] * r[i], low[i]) + high[i];
    }
    [q, power]
}

/// The polynomial with these coefficients, the constant first: even and odd powers apart, which
/// halves the chain of operations that wait for each other.
#[inline(always)]
fn polynomial<S: Simd, const N: usize, const C: usize>(
    x: Vectors<S, N>,
    coefficients: &[f32; C],
) -> Vectors<S, N> {
    // Read from memory a constant is one instruction; WebAssembly's engines build one that is in the
    // code from up to four.
    let coefficients = std::hint::black_box(coefficients);
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
            sum[i] = fused(sum[i], squares[i], splat!(coefficients[at]));
        }
    }
    let even = even_or_odd[(C - 1) % 2];
    let mut values = even_or_odd[C % 2];
    for i in 0..N {
        values[i] = fused(values[i], x[i], even[i]);
    }
    values
}

/// [a, q, power] with e^(-a²/2) = 2 · (1 + q) · power, where a is |x|, or [`TAIL_END`] where that
/// is less.
#[inline(always)]
fn density<S: Simd, const N: usize>(x: Vectors<S, N>) -> [Vectors<S, N>; 3] {
    let half: Vector<S, f32> = splat!(-0.5);
    let (mut a, mut exponent, mut rest) = (x, x, x);
    for i in 0..N {
        // Bits of positive floats have the order of the floats, and are compared faster.
        let bits = x[i].abs().reinterpret::<u32>();
        let bits = bits.min(splat!(TAIL_END.to_bits()));
        a[i] = bits.reinterpret();
        // Of a² = high² + (a - high)(a + high), the first term has no rounding error.
        let high = (bits & splat!(0xFFFF_F000u32)).reinterpret::<f32>();
        exponent[i] = half * high * high;
        rest[i] = half * (a[i] - high) * (a[i] + high);
    }
    let [q, power] = exp_minus_1(exponent, rest, EXPONENT_OF_1 - 1.0);
    [a, q, power]
}

/// p with e^(a²/2) · Φ(-a) = (1 + p) / (2 · (a + 2.5)). So Φ(-a) is exact relative to its own size,
/// where 1 + erf(-a / √2) has no digit left.
#[inline(always)]
fn tail<S: Simd, const N: usize>(v: Vectors<S, N>) -> Vectors<S, N> {
    let mut p = polynomial(v, &TAIL);
    // These one after the other, since they are large and of different signs.
    for coefficient in TAIL_START.into_iter().rev() {
        for i in 0..N {
            p[i] = fused(p[i], v[i], splat!(coefficient));
        }
    }
    p
}

/// x · Φ(x), PyTorch's exact `gelu`, where Φ is the standard normal distribution.
///
/// It is max(x, 0) - a · Φ(-a) with a = |x|, and a · Φ(-a) = v · (1 + p) · (1 + q) · power hardly
/// depends on v where v is least exact. The factors are multiplied as v + v · s, where s is a sum of
/// small terms: so few roundings count.
#[inline(always)]
pub fn gelu<S: Simd, const N: usize>(x: Vectors<S, N>) -> Vectors<S, N> {
    let [a, q, power] = density(x);
    let (mut v, mut result) = (a, x);
    for i in 0..N {
        v[i] = a[i] / (a[i] + splat!(TAIL_SHIFT));
    }
    let p = tail(v);
    for i in 0..N {
        let zero: Vector<S, f32> = splat!(0.0);
        let s = fused(q[i], p[i], q[i]) + p[i];
        let below = fused(v[i], s, v[i]) * power[i];
        result[i] = x[i].lt(zero).select(zero, x[i]) - below;
    }
    result
}

/// [`gelu`] and its derivative Φ(x) + x · φ(x): a backward pass can do with fewer of `gelu`'s last
/// digits, and with fewer vectors at a time.
#[inline(always)]
pub fn gelu_and_derivative<S: Simd, const N: usize>(x: Vectors<S, N>) -> [Vectors<S, N>; 2] {
    let [a, q, power] = density(x);
    let one: Vector<S, f32> = splat!(1.0);
    let (mut v, mut density, mut reciprocal) = (a, q, a);
    for i in 0..N {
        density[i] = (one + q[i]) * power[i];
        reciprocal[i] = one / (a[i] + splat!(TAIL_SHIFT));
        v[i] = a[i] * reciprocal[i];
    }
    let p = tail(v);
    let (mut value, mut derivative) = (x, x);
    for i in 0..N {
        let below = (one + p[i]) * reciprocal[i] * density[i];
        let distribution = x[i].lt(splat!(0.0)).select(below, one - below);
        value[i] = x[i] * distribution;
        // 2 / √(2π)
        let slope: Vector<S, f32> = splat!(0.797_884_6);
        derivative[i] = fused(x[i] * density[i], slope, distribution);
    }
    [value, derivative]
}
