//! One step of Adam or AdamW over the flat buffer, in one pass.

use macerator::{Simd, with_simd};

use crate::engine::AdamStep;

/// Updates parameters and their moments in place, the gradient multiplied with `scale`.
///
/// # Panics
/// If the slices differ in length.
pub fn update(
    step: &AdamStep,
    scale: f32,
    value: &mut [f32],
    gradient: &[f32],
    moments: [&mut [f32]; 2],
) {
    let lengths = [gradient.len(), moments[0].len(), moments[1].len()];
    assert_eq!(lengths, [value.len(); 3], "lengths differ");
    update_all(*step, scale, value, gradient, moments);
}

#[with_simd]
#[allow(
    clippy::extra_unused_type_parameters,
    reason = "the compiler vectorises the loop for what `S` stands for"
)]
fn update_all<S: Simd>(
    step: AdamStep,
    scale: f32,
    value: &mut [f32],
    gradient: &[f32],
    moments: [&mut [f32]; 2],
) {
    let AdamStep {
        betas, complements, ..
    } = step;
    let [first, second] = moments;
    let moments = first.iter_mut().zip(second);
    for ((value, gradient), (first, second)) in value.iter_mut().zip(gradient).zip(moments) {
        let gradient = gradient * scale + *value * step.l2;
        *first = *first * betas[0] + gradient * complements[0];
        *second = *second * betas[1] + gradient * gradient * complements[1];
        let root = second.sqrt() * step.root_scale + step.eps;
        *value = *value * step.decay - *first / root * step.rate;
    }
}

/// Sums that run side by side, whatever the processor, so that it does not decide how they round.
const SUMS: usize = 16;

/// The factor of at most 1 that brings the gradient's norm down to `clip_norm`.
pub fn clip_scale(gradient: &[f32], clip_norm: f64) -> f32 {
    // As PyTorch: 1e-6 keeps a gradient of zero from dividing by zero.
    let scale = clip_norm / (f64::from(sum_of_squares(gradient)).sqrt() + 1e-6);
    scale.min(1.0) as f32
}

#[with_simd]
#[allow(
    clippy::extra_unused_type_parameters,
    reason = "the compiler vectorises the loop for what `S` stands for"
)]
fn sum_of_squares<S: Simd>(values: &[f32]) -> f32 {
    let mut sums = [0.0; SUMS];
    let (blocks, rest) = values.as_chunks::<SUMS>();
    for block in blocks {
        for (sum, x) in sums.iter_mut().zip(block) {
            *sum += x * x;
        }
    }
    let rest: f32 = rest.iter().map(|x| x * x).sum();
    sums.iter().sum::<f32>() + rest
}
