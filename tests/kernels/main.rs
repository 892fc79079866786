//! The kernels: against their definition, and against compositions of burn's operations.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../common/kernels.rs"]
mod agreement;
mod gemm;
mod reading;
#[path = "../common/shapes.rs"]
mod shapes;

use agreement::Sizes;
use pollster::block_on;
use proptest::prelude::*;
use shapes::SHAPES;
use vitpad::config::Activation;
use vitpad::device;
use vitpad::kernels::Dropout;

/// Widths with every head count that divides them, and one that fills no vector.
fn sizes() -> impl Strategy<Value = Sizes> {
    let shapes = SHAPES.into_iter().chain([(6, 2)]);
    let shapes = prop::sample::select(shapes.collect::<Vec<_>>());
    (1..=33usize, 1..=70usize, shapes, 0..4usize).prop_map(
        |(batch, tokens, (width, heads), hidden)| Sizes {
            batch,
            tokens,
            width,
            heads,
            hidden: [1, 24, 64, 150][hidden],
        },
    )
}

fn dropout() -> impl Strategy<Value = Dropout> {
    (0..3usize, any::<u64>()).prop_map(|(which, seed)| match which {
        0 => Dropout::NONE,
        1 => Dropout::new(0.1, seed),
        _ => Dropout::new(0.6, seed),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn linear_agrees(sizes in sizes()) {
        block_on(agreement::linear(sizes, &device::cpu().device));
    }

    #[test]
    fn mlp_agrees(sizes in sizes(), dropout in dropout(), relu in any::<bool>()) {
        let activation = if relu { Activation::Relu } else { Activation::Gelu };
        block_on(agreement::mlp(sizes, activation, dropout, &device::cpu().device));
    }

    #[test]
    fn attention_agrees(sizes in sizes(), dropout in dropout()) {
        block_on(agreement::attention(sizes, dropout, &device::cpu().device));
    }

    #[test]
    fn drop_agrees(sizes in sizes(), dropout in dropout()) {
        block_on(agreement::drop(sizes, dropout, &device::cpu().device));
    }

    #[test]
    fn layer_norm_agrees(sizes in sizes()) {
        block_on(agreement::layer_norm(sizes, &device::cpu().device));
    }

    #[test]
    fn cross_entropy_agrees(sizes in sizes()) {
        block_on(agreement::cross_entropy(sizes, &device::cpu().device));
    }

    #[test]
    fn adam_agrees(sizes in sizes()) {
        block_on(agreement::adam(sizes, &device::cpu().device));
    }
}

#[test]
fn an_infinite_score_is_no_trouble_and_not_a_number_stays_one() {
    block_on(agreement::extremes(&device::cpu().device));
}
