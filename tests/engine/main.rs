//! The CPU's engine: against the model and burn's autodiff on models drawn at random, and what its
//! layers do with numbers at the edge.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/engines.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod engines;
mod gemm;
mod math;

use pollster::block_on;
use vitpad::device;
use vitpad::engine::cpu::layers::Attention;
use vitpad::engine::cpu::simd::lanes;
use vitpad::model::Dropout;

#[test]
fn models_of_every_kind_agree() {
    block_on(engines::all(&device::cpu().device));
}

#[test]
fn models_drawn_at_random_agree() {
    block_on(engines::random(150, true, &device::cpu().device));
}

/// Attention of two images of five tokens, two heads and four values, one of them replaced.
fn attend(value: f32) -> Vec<f32> {
    let mut qkv: Vec<f32> = (0..2 * 5 * 12)
        .map(|i| ((i * 37 % 23) as f32 - 11.0) / 11.0)
        .collect();
    // In a key of the second of two heads, which attends for the last two of four values.
    qkv[7] = value;
    let attention = Attention {
        tokens: 5,
        queries: 5,
        width: 4,
        heads: 2,
        dropout: Dropout::NONE,
        first_image: 0,
    };
    let mut output = vec![0.0; 2 * 5 * 4];
    let columns = 5usize.next_multiple_of(lanes());
    attention.forward(&qkv, &mut output, &mut vec![0.0; 2 * 2 * 2 * columns]);
    output
}

#[test]
fn a_score_that_overflows_is_no_trouble_and_not_a_number_stays_one() {
    let large = attend(1e30);
    assert!(large.iter().all(|x| x.is_finite()), "{large:?}");
    for (index, value) in attend(f32::NAN).into_iter().enumerate() {
        let concerned = index < 20 && index % 4 >= 2;
        assert_eq!(value.is_nan(), concerned, "value {index} is {value}");
    }
}
