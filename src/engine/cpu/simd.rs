//! The parts of the layers: matrix products, sums and functions of vectors, without tensors.
//!
//! Each function that touches many values is compiled for every instruction set that the target
//! has (`#[with_simd]`), and picks the best at run time; on wasm that is the one it was built for.

pub mod dot;
pub mod gemm;
pub mod instructions;
pub mod math;
pub mod rows;
pub mod softmax;

use macerator::{Scalar, Simd, with_simd};

/// Values in a vector.
#[with_simd]
pub fn lanes<S: Simd>() -> usize {
    f32::lanes::<S>()
}

pub fn round_up(x: usize, multiple: usize) -> usize {
    x.div_ceil(multiple) * multiple
}
