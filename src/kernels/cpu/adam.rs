//! One step of Adam or AdamW over one parameter, in one pass.

use macerator::{Simd, with_simd};

use crate::kernels::AdamStep;

/// Updates a parameter and its moments in place, its gradient multiplied with `scale`.
///
/// # Panics
/// If the slices differ in length.
pub fn update(
    step: AdamStep,
    scale: f32,
    value: &mut [f32],
    gradient: &[f32],
    moments: [&mut [f32]; 2],
) {
    let lengths = [gradient.len(), moments[0].len(), moments[1].len()];
    assert_eq!(lengths, [value.len(); 3], "lengths differ");
    update_all(step, scale, value, gradient, moments);
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
