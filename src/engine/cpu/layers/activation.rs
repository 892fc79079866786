//! Activations of whole slices.

use crate::config::Activation;
use crate::engine::cpu::simd::instructions::{
    self as macerator, Scalar, Simd, Vector, vload_unaligned, vstore_unaligned, with_simd,
};
use crate::engine::cpu::simd::math::{Vectors, gelu, gelu_and_derivative, splat};

/// Replaces each value x by f(x).
pub fn activate(activation: Activation, values: &mut [f32]) {
    match activation {
        Activation::Gelu => gelu_slice(values),
        Activation::Relu => values.iter_mut().for_each(|x| *x = x.max(0.0)),
    }
}

/// Replaces each value x by f(x), and each gradient g of f(x) by g · f'(x).
pub fn activate_backward(activation: Activation, values: &mut [f32], gradients: &mut [f32]) {
    match activation {
        Activation::Gelu => gelu_backward(values, gradients),
        Activation::Relu => {
            for (x, gradient) in values.iter_mut().zip(gradients) {
                if *x <= 0.0 {
                    *x = 0.0;
                    *gradient = 0.0;
                }
            }
        }
    }
}

/// Vectors that are worked on side by side.
const UNROLL: usize = 4;

#[with_simd]
fn gelu_slice<S: Simd>(values: &mut [f32]) {
    let mut blocks = values.chunks_exact_mut(UNROLL * f32::lanes::<S>());
    for block in &mut blocks {
        store(gelu(load::<S, UNROLL>(block)), block);
    }
    for x in blocks.into_remainder() {
        let [result] = gelu::<S, 1>([splat!(*x)]);
        *x = first(result);
    }
}

#[with_simd]
fn gelu_backward<S: Simd>(values: &mut [f32], gradients: &mut [f32]) {
    let size = UNROLL * f32::lanes::<S>();
    let mut values = values.chunks_exact_mut(size);
    let mut gradients = gradients.chunks_exact_mut(size);
    for (x, gradient) in (&mut values).zip(&mut gradients) {
        let [value, derivative] = gelu_and_derivative(load::<S, UNROLL>(x));
        store(value, x);
        let mut product = load::<S, UNROLL>(gradient);
        for i in 0..UNROLL {
            product[i] *= derivative[i];
        }
        store(product, gradient);
    }
    let rest = values.into_remainder().iter_mut();
    for (x, gradient) in rest.zip(gradients.into_remainder()) {
        let [[value], [derivative]] = gelu_and_derivative::<S, 1>([splat!(*x)]);
        *x = first(value);
        *gradient *= first(derivative);
    }
}

#[inline(always)]
fn load<S: Simd, const N: usize>(block: &[f32]) -> Vectors<S, N> {
    let lanes = f32::lanes::<S>();
    assert!(block.len() == N * lanes);
    let mut vectors: Vectors<S, N> = [splat!(0.0); N];
    for (i, vector) in vectors.iter_mut().enumerate() {
        // SAFETY: the block is N vectors long.
        *vector = unsafe { vload_unaligned(block.as_ptr().add(i * lanes)) };
    }
    vectors
}

#[inline(always)]
fn store<S: Simd, const N: usize>(vectors: Vectors<S, N>, block: &mut [f32]) {
    let lanes = f32::lanes::<S>();
    assert!(block.len() == N * lanes);
    for (i, vector) in vectors.into_iter().enumerate() {
        // SAFETY: the block is N vectors long.
        unsafe { vstore_unaligned(block.as_mut_ptr().add(i * lanes), vector) }
    }
}

/// The first lane.
#[inline(always)]
fn first<S: Simd>(vector: Vector<S, f32>) -> f32 {
    // SAFETY: a vector is at least one f32 long.
    unsafe { (&raw const vector).cast::<f32>().read_unaligned() }
}
