//! Activations of whole slices.

use macerator::{Scalar, Simd, Vector, vload_unaligned, vstore_unaligned, with_simd};

use super::math::{gelu, gelu_and_derivative, splat};
use crate::config::Activation;

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

#[with_simd]
fn gelu_slice<S: Simd>(values: &mut [f32]) {
    let mut chunks = values.chunks_exact_mut(f32::lanes::<S>());
    for chunk in &mut chunks {
        // SAFETY: the chunk is one vector long.
        unsafe {
            let x: Vector<S, f32> = vload_unaligned(chunk.as_ptr());
            vstore_unaligned(chunk.as_mut_ptr(), gelu(x));
        }
    }
    for x in chunks.into_remainder() {
        let result = gelu(splat!(*x) as Vector<S, f32>);
        *x = first(result);
    }
}

#[with_simd]
fn gelu_backward<S: Simd>(values: &mut [f32], gradients: &mut [f32]) {
    let lanes = f32::lanes::<S>();
    let mut values = values.chunks_exact_mut(lanes);
    let mut gradients = gradients.chunks_exact_mut(lanes);
    for (x, gradient) in (&mut values).zip(&mut gradients) {
        // SAFETY: the chunks are one vector long.
        unsafe {
            let (value, derivative) = gelu_and_derivative::<S>(vload_unaligned(x.as_ptr()));
            vstore_unaligned(x.as_mut_ptr(), value);
            let of_value: Vector<S, f32> = vload_unaligned(gradient.as_ptr());
            vstore_unaligned(gradient.as_mut_ptr(), of_value * derivative);
        }
    }
    let rest = values.into_remainder().iter_mut();
    for (x, gradient) in rest.zip(gradients.into_remainder()) {
        let (value, derivative) = gelu_and_derivative::<S>(splat!(*x));
        *x = first(value);
        *gradient *= first(derivative);
    }
}

/// The first lane.
#[inline(always)]
fn first<S: Simd>(vector: Vector<S, f32>) -> f32 {
    // SAFETY: a vector is at least one f32 long.
    unsafe { (&raw const vector).cast::<f32>().read_unaligned() }
}
