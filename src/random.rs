//! Random draws that other programs can repeat, whatever their language and this crate's
//! dependencies: the order of images, augmentation, dropout, initial weights, synthetic digits.
//!
//! # Specification, version 1
//!
//! A generator is the key stream of ChaCha with 8 rounds (Bernstein, 2008), block counter and nonce
//! zero at first, as 32-bit little-endian words w in their order. Its key is 32 bytes: the seed and
//! the index as 64-bit little-endian numbers, a byte for the [`Purpose`], and zeros.
//!
//! - unit: (w >> 8) / 2²⁴, a float32 from 0 to below 1
//! - between a and b: a + unit · (b - a), in float32
//! - below n: the upper 32 bits of w · n, unless the lower ones are below 2³² mod n: then again with
//!   the next word (Lemire, 2019)
//! - normal: √(-2 ln((w + 1) / 2³²)) · cos(2π w' / 2³²) with the next two words, in float64, rounded
//!   to float32 (Box and Muller, 1958)
//! - long: two words, the lower half first; dropout hashes one of each step with a value's position
//!   (`model/dropout.rs`)
//! - shuffle: for i from the last index down to 1, swap i with below(i + 1) (Fisher and Yates)
//!
//! `tests/fixtures/draws.json` holds the first draws, which `tests/fixtures/draws.py` repeats.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// The version of the specification above, which checkpoints hold.
pub const VERSION: u32 = 1;

/// The purpose of draws: each has generators of its own. The numbers are a part of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// The order of images; the index is the epoch.
    Order = 0,
    /// The index is the step.
    Augmentation = 1,
    /// The index is the step.
    Dropout = 2,
    /// A new model's weights.
    Weights = 3,
    /// The choice of images that are held out.
    Split = 4,
    /// A synthetic digit; the index is its place in the series.
    Digit = 5,
}

/// A generator.
#[derive(Debug, PartialEq, Eq)]
pub struct Random(ChaCha8Rng);

impl Random {
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&index.to_le_bytes());
        key[16] = purpose as u8;
        Self(ChaCha8Rng::from_seed(key))
    }

    pub fn word(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Two words, the lower one first.
    pub fn long(&mut self) -> u64 {
        let lower = u64::from(self.word());
        lower | u64::from(self.word()) << 32
    }

    /// From 0 to below 1.
    pub fn unit(&mut self) -> f32 {
        (self.word() >> 8) as f32 / (1 << 24) as f32
    }

    /// From `low` to `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + self.unit() * (high - low)
    }

    /// From 0 to below `count`, each as likely as the others.
    ///
    /// # Panics
    /// If `count` is 0.
    pub fn below(&mut self, count: u32) -> u32 {
        let excess = count.wrapping_neg() % count;
        loop {
            let product = u64::from(self.word()) * u64::from(count);
            if product as u32 >= excess {
                return (product >> 32) as u32;
            }
        }
    }

    /// Normally distributed, with mean 0 and standard deviation 1.
    pub fn normal(&mut self) -> f32 {
        const WORDS: f64 = (1_u64 << 32) as f64;
        let radius = (f64::from(self.word()) + 1.0) / WORDS;
        let turn = f64::from(self.word()) / WORDS;
        // The standard library's functions differ from one system to another.
        let radius = (-2.0 * libm::log(radius)).sqrt();
        (radius * libm::cos(std::f64::consts::TAU * turn)) as f32
    }

    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}
