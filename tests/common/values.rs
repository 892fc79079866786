//! Values to compute with, and to compare.

use burn::tensor::Tensor;
use vitpad::data::augment::{Augment, Change};
use vitpad::random::{Purpose, Random};

pub fn numbers(count: usize, seed: u32, scale: f32) -> Vec<f32> {
    let hash = |i: u32| {
        let x = (i ^ seed.wrapping_mul(0x9E37_79B9)).wrapping_mul(0x7FEB_352D);
        (x ^ (x >> 15)).wrapping_mul(0x846C_A68B) >> 8
    };
    (0..count as u32)
        .map(|i| (hash(i) as f32 / (1 << 23) as f32 - 1.0) * scale)
        .collect()
}

pub async fn read(tensor: Tensor<1>) -> Vec<f32> {
    let data = tensor.into_data_async().await.expect("readable");
    data.try_into_vec().expect("float32")
}

#[track_caller]
pub fn close(name: &str, found: &[f32], expected: &[f32], tolerance: f32, least: f32) {
    assert_eq!(found.len(), expected.len(), "{name}: number of values");
    let largest = expected.iter().fold(least, |max, x| max.max(x.abs()));
    for (index, (a, b)) in found.iter().zip(expected).enumerate() {
        // Not `> tolerance`: NaN must fail too.
        let close = (a - b).abs() <= tolerance * largest;
        assert!(close, "{name}[{index}] is {a}, expected {b}");
    }
}

/// Some of so many images, and a change for each.
pub fn changes(count: u32) -> (Vec<u32>, Vec<Change>) {
    let mut random = Random::new(4, Purpose::Augmentation, 0);
    let indices: Vec<u32> = (0..20).map(|at| at * 5 % count).collect();
    let draw = |_| Augment::default().draw(&mut random);
    let changes = indices.iter().map(draw).collect();
    (indices, changes)
}

/// Pixels of anything.
pub fn noise(count: usize) -> Vec<u8> {
    let shades = numbers(count, 21, 400.0).into_iter();
    shades.map(|x| x.clamp(0.0, 255.0) as u8).collect()
}
