//! Kernels for one thread of a processor with SIMD, on slices. Knows no tensor.
//!
//! Each function that touches many values is compiled for every instruction set that the target
//! has (`#[with_simd]`), and picks the best at run time; on wasm that is the one it was built for.

pub mod activation;
pub mod adam;
pub mod attention;
mod class_attention;
pub mod cross_entropy;
mod dot;
pub mod gemm;
pub mod layer_norm;
pub mod linear;
mod math;
pub mod mlp;
mod scratch;
mod simd;
mod softmax;
mod vit;

pub use attention::Attention;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use mlp::Mlp;
pub use vit::Vit;

use macerator::{Scalar, Simd, with_simd};

/// Values in a vector.
#[with_simd]
pub fn lanes<S: Simd>() -> usize {
    f32::lanes::<S>()
}

fn round_up(x: usize, multiple: usize) -> usize {
    x.div_ceil(multiple) * multiple
}
