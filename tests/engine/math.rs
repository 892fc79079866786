//! Functions of vectors against float64, with multiply-adds that round once and that round twice.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use vitpad::engine::cpu::simd::instructions::{
    AutoArch, Scalar, Simd, WithSimd, vload_unaligned, vstore_unaligned,
};
use vitpad::engine::cpu::simd::math::{Vectors, exp, gelu, gelu_and_derivative};

type OfSlice = fn(&mut [f32]);

/// `$f` for every value of a slice: with the vectors that the processor has, and with some that
/// have no fused multiply-add, like WebAssembly's.
macro_rules! fused_and_not {
    ($f:expr) => {{
        struct Work<'a>(&'a mut [f32]);

        impl WithSimd for Work<'_> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: Simd>(self) {
                each::<S>(self.0, $f);
            }
        }
        let fused: OfSlice = |values| AutoArch::new().dispatch(Work(values));
        [fused, |values| on_unfused(Work(values))]
    }};
}

#[cfg(target_arch = "x86_64")]
fn on_unfused(work: impl WithSimd<Output = ()>) {
    assert!(is_x86_feature_detected!("sse4.2"));
    // SAFETY: that is what V2 asks for.
    unsafe { macerator::Arch::V2.dispatch(work) }
}

#[cfg(not(target_arch = "x86_64"))]
fn on_unfused(work: impl WithSimd<Output = ()>) {
    AutoArch::new().dispatch(work);
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
fn for_all(f: OfSlice, mut check: impl FnMut(f32, f32, f64)) {
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
    for f in fused_and_not!(exp) {
        for_all(f, |x, found, exact| {
            if x.is_nan() {
                assert!(found.is_nan());
            } else if x <= 88.0 {
                let off = ulps(found, exact.exp());
                assert!(off <= 2.0, "e^{x} is {found}, off by {off} ulp");
            }
        });
    }
}

#[test]
fn gelu_is_within_three_ulp_of_the_exact_value_and_four_where_nothing_is_fused() {
    for (f, most) in fused_and_not!(gelu).into_iter().zip([3.0, 4.0]) {
        for_all(f, |x, found, exact| {
            if x.is_nan() {
                assert!(found.is_nan(), "gelu({x}) is {found}");
            } else if x.is_infinite() {
                // The limits; PyTorch's gelu(-inf) is -inf · 0.
                assert_eq!(found, x.max(0.0));
            } else {
                let off = ulps(found, exact * normal_distribution(exact));
                assert!(off <= most, "gelu({x}) is {found}, off by {off} ulp");
            }
        });
    }
}

#[test]
fn beside_its_derivative_gelu_is_within_eight_ulp() {
    for f in fused_and_not!(|x| gelu_and_derivative(x)[0]) {
        for_all(f, |x, found, exact| {
            if x.is_finite() {
                let off = ulps(found, exact * normal_distribution(exact));
                assert!(off <= 8.0, "gelu({x}) is {found}, off by {off} ulp");
            }
        });
    }
}

#[test]
fn the_derivative_of_gelu_is_exact_to_seven_digits() {
    for f in fused_and_not!(|x| gelu_and_derivative(x)[1]) {
        for_all(f, |x, found, exact| {
            if x.is_finite() {
                let density = (-exact * exact / 2.0).exp() / (2.0 * PI).sqrt();
                // Not relative: it is zero where x is about -0.75.
                let off = (f64::from(found) - normal_distribution(exact) - exact * density).abs();
                assert!(off <= 3e-7, "gelu'({x}) is {found}, off by {off}");
            }
        });
    }
}
